import type { CodeOut, CodesOut } from '../../../api/types'
import { brighten, dim } from '../../../utils/light'
import { Rotation } from '../../../utils/rotation'
import { confirmed, textScale } from '../../../utils/screen'
import { spanLabel } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'
import * as door from '../door/api'

const TICK_MS = 1000
/** The count beside the code lives, also while nobody's slot turns. */
const REFRESH_TICKS = 6

/** As large as it can stand: what is left of the window beside the words above and below. */
function sizeOf(): number {
  const { windowWidth, windowHeight } = wx.getWindowInfo()
  return Math.max(180, Math.min(windowWidth - 88, windowHeight - 330, 560))
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    size: sizeOf(),
    title: '',
    when: '',
    url: '',
    left: 0,
    kept: 0,
    rest: 0,
    isCutOff: false,
    people: 0,
    expected: 0,
    isBusy: false,
  },

  session: '',
  rotation: new Rotation<CodeOut>(),
  slotSeconds: 20,
  timer: 0,
  ticks: 0,
  round: 0,

  onLoad(query: { session?: string }) {
    this.session = query.session ?? ''
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
  onResize() { this.setData({ size: sizeOf() }) },

  leave() {
    clearInterval(this.timer)
    this.round += 1
    dim()
  },

  async load() {
    const round = ++this.round
    try {
      const codes = await door.codes(this.session)
      if (round === this.round) this.take(codes)
    } catch (error) {
      if (round !== this.round) return
      if (this.data.state === 'ready') this.setData({ isCutOff: true })
      else this.setData(trouble(error))
    }
  },

  take(shown: CodesOut) {
    this.rotation.take(shown.codes, shown.server_time, Date.now())
    this.slotSeconds = shown.slot_seconds
    this.setData({
      state: 'ready',
      isCutOff: false,
      title: shown.activity.title,
      when: [spanLabel(shown.session.starts_at, shown.session.ends_at), shown.session.place].filter(Boolean).join(' · '),
      people: shown.present.persons,
      expected: shown.present.signed_up,
    })
    this.draw()
  },

  tick() {
    if (this.data.state !== 'ready') return
    this.ticks += 1
    const before = this.data.url
    this.draw()
    // While 换码 is under way an answer of before would bring the old code back.
    if (this.data.isBusy) return
    if (this.data.url !== before || this.ticks % REFRESH_TICKS === 0) void this.load()
  },

  draw() {
    const now = Date.now()
    const left = this.rotation.secondsLeft(now)
    this.setData({
      url: this.rotation.at(now)?.url ?? '',
      left,
      kept: this.rotation.secondsKept(now),
      rest: Math.round((left / this.slotSeconds) * 100),
    })
  },

  async onRotate() {
    if (this.data.isBusy) return
    if (!(await confirmed('换一个码', '现在屏幕上的码立刻作废，其他地方正在显示的也要等几秒才会换成新的。发现码被转发时用。', '换码'))) return
    this.setData({ isBusy: true })
    const round = ++this.round
    try {
      const codes = await door.rotate(this.session)
      if (round === this.round) this.take(codes)
      void wx.showToast({ title: '已换成新码', icon: 'none' })
    } catch (error) {
      tellTrouble(error)
    }
    this.setData({ isBusy: false })
  },
})
