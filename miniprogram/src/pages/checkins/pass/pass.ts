import * as checkins from '../../../api/checkins'
import type { PassCodeOut, PassOut } from '../../../api/types'
import { brighten, dim } from '../../../utils/light'
import { Rotation } from '../../../utils/rotation'
import { textScale } from '../../../utils/screen'
import { spanLabel, wall } from '../../../utils/time'
import { type State, trouble } from '../../../utils/trouble'

const TICK_MS = 1000
/** With the network gone: how often it is tried again. */
const RETRY_TICKS = 4
const WIDEST = 280

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    size: Math.min(WIDEST, wx.getWindowInfo().windowWidth - 112),
    name: '',
    activity: '',
    when: '',
    party: '',
    text: '',
    left: 0,
    /** Parts of the slot still to come, in percent. */
    rest: 0,
    isCutOff: false,
    kept: 0,
    session: '',
    hasPlace: false,
  },

  rotation: new Rotation<PassCodeOut>(),
  slotSeconds: 30,
  timer: 0,
  ticks: 0,
  round: 0,

  onLoad(query: { session?: string }) {
    this.setData({ session: query.session ?? '' })
    this.rotation = new Rotation()
  },

  onShow() {
    void brighten()
    void this.load()
    clearInterval(this.timer)
    this.timer = setInterval(() => this.tick(), TICK_MS) as unknown as number
  },

  onHide() { this.leave() },
  onUnload() { this.leave() },

  leave() {
    clearInterval(this.timer)
    this.round += 1
    dim()
  },

  onResize() { this.setData({ size: Math.min(WIDEST, wx.getWindowInfo().windowWidth - 112) }) },

  async load() {
    const round = ++this.round
    try {
      const pass = await checkins.pass(this.data.session)
      if (round !== this.round) return
      this.rotation.take(pass.codes, pass.server_time, Date.now())
      this.slotSeconds = pass.slot_seconds
      this.setData({ ...view(pass), state: 'ready', isCutOff: false })
      this.draw()
    } catch (error) {
      if (round !== this.round) return
      if (this.data.state === 'ready') this.setData({ isCutOff: true })
      else this.setData(trouble(error))
      this.draw()
    }
  },

  tick() {
    if (this.data.state !== 'ready') return
    this.ticks += 1
    const before = this.data.text
    this.draw()
    const isNew = this.data.text !== before
    if (isNew || (this.data.isCutOff && this.ticks % RETRY_TICKS === 0)) void this.load()
  },

  draw() {
    const now = Date.now()
    const left = this.rotation.secondsLeft(now)
    this.setData({
      text: this.rotation.at(now)?.text ?? '',
      left,
      rest: Math.round((left / this.slotSeconds) * 100),
      kept: this.rotation.secondsKept(now),
    })
  },
})

function view(pass: PassOut) {
  const { session, activity, party_size: size } = pass
  const day = session ? wall(session.starts_at) : null
  return {
    name: pass.name,
    activity: activity?.title ?? '',
    when: session && day ? `${day.month}月${day.day}日 ${day.weekday} ${spanLabel(session.starts_at, session.ends_at)}` : '',
    party: size && size > 1 ? `连同行共 ${size} 人，一次扫码都能进` : '',
    hasPlace: pass.challenge !== null,
  }
}
