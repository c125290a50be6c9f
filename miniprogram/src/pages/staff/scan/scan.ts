import type { DueChallengeOut } from '../../../api/types'
import { datasetOf, goTo, isDesktop, textScale } from '../../../utils/screen'
import { tellTrouble } from '../../../utils/trouble'
import type { FormKind } from '../components/entry-form/entry-form'
import * as door from '../door/api'
import { Desk, newTicket, type Ticket } from '../door/desk'
import { may, steward } from '../door/keeping'
import { isReachable, onLink } from '../door/link'
import { type Outcome, takenBack, turnedAway } from '../door/outcomes'
import { queue } from '../door/queue'
import { freshLabel } from '../door/roster'
import { syncQueue } from '../door/sync'

const TICK_MS = 5000
/** How many ticks between two fresh lists; without a network every tick tries. */
const FRESH_TICKS = 12
const MOST_ALONG = 19

type Step = 'idle' | 'form' | 'working' | 'told'
type Filled = WechatMiniprogram.CustomEvent<{ along: number, reason: string }>

/** What matters next stands at the top, wherever the thumb was. */
const toTop = (): void => void wx.pageScrollTo({ scrollTop: 0, duration: 0 })

Page({
  data: {
    screen: textScale(),
    step: 'idle' as Step,
    title: '',
    outcome: null as Outcome | null,
    ticket: null as Ticket | null,
    form: 'party' as FormKind,
    formNote: '',
    along: 0,
    most: MOST_ALONG,
    challenge: null as DueChallengeOut | null,
    isUp: true,
    fresh: '',
    trouble: '',
    waiting: 0,
    canAdmit: false,
    hasCamera: !isDesktop(),
    isBusy: false,
  },

  desk: null as Desk | null,
  timer: 0,
  ticks: 0,
  minute: 0,
  deaf: () => undefined as void,

  onLoad(query: { session?: string, space?: string, title?: string }) {
    const title = decodeURIComponent(query.title ?? '')
    this.desk = new Desk(query.session ?? '', query.space ?? '', title)
    this.setData({ title })
    void steward().then((me) => this.setData({ canAdmit: may(me, 'admit', query.space ?? '') }))
  },

  onShow() {
    void this.renew()
    clearInterval(this.timer)
    this.timer = setInterval(() => this.tick(), TICK_MS) as unknown as number
    this.deaf()
    this.deaf = onLink((isUp) => {
      this.mark()
      if (isUp) void this.renew()
    })
    void wx.setKeepScreenOn({ keepScreenOn: true, fail: console.warn })
  },

  onHide() { this.leave() },
  onUnload() { this.leave() },

  leave() {
    clearInterval(this.timer)
    clearTimeout(this.minute)
    this.deaf()
    void wx.setKeepScreenOn({ keepScreenOn: false, fail: console.warn })
  },

  tick() {
    this.ticks += 1
    if (!isReachable() || queue.waiting().length || this.ticks % FRESH_TICKS === 0) void this.renew()
    else this.mark()
  },

  /** Bring what waits, then take a fresh list along, on which those stand as arrived. */
  async renew() {
    await syncQueue()
    await this.desk?.refresh()
    this.mark()
  },

  mark() {
    const { desk } = this
    if (!desk) return
    this.setData({
      isUp: isReachable(),
      fresh: freshLabel(desk.roster, Date.now()),
      trouble: desk.isFull ? '手机存储已满，名单没有存下：没有网络时将无法核对' : desk.trouble,
      waiting: queue.waiting().length,
    })
  },

  async onScan() {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    try {
      const { result } = await wx.scanCode({ scanType: ['qrCode'] })
      await this.look(result)
    } catch (error) {
      const { errMsg } = error as { errMsg?: string }
      // Closing the camera is no trouble.
      if (!errMsg?.includes('cancel')) this.tell({ ...turnedAway('not_a_pass'), title: '没有扫到码', lines: ['请对准对方屏幕上的码，光线亮一些再试'] })
    } finally {
      this.setData({ isBusy: false })
    }
  },

  /** Whose code it is decides whether somebody has to be asked first. */
  async look(code: string) {
    const { desk } = this
    if (!desk) return
    const found = desk.recognise(code)
    if (found.kind === 'not_a_pass' || found.kind === 'session_code') {
      this.tell(turnedAway(found.kind))
      return
    }
    const person = found.kind === 'listed' ? found.person : null
    const ticket = newTicket({ code, name: person?.name ?? '' })
    if (person && person.party_size > 1 && !desk.isHere(person)) this.askParty(ticket, person.party_size)
    else await this.admit(ticket)
  },

  askParty(ticket: Ticket, size: number) {
    // More than signed up may come in where staff admit people and the server can say whether there is room.
    const most = this.data.canAdmit && this.data.isUp ? MOST_ALONG : size - 1
    const formNote = `报名时共 ${size} 人`
    this.setData({ step: 'form', form: 'party', formNote, ticket, outcome: null, challenge: null, along: size - 1, most })
  },

  async admit(ticket: Ticket) {
    const { desk } = this
    if (!desk) return
    this.setData({ step: 'working', ticket, outcome: null, challenge: null })
    await this.settle(await desk.admit(ticket))
  },

  async settle(outcome: Outcome) {
    this.tell(outcome)
    if (outcome.isFlagged) await this.askChallenge()
  },

  tell(outcome: Outcome) {
    this.setData({ step: 'told', outcome, challenge: null })
    toTop()
    this.mark()
    if (outcome.tone === 'good') void wx.vibrateShort({ type: 'light', fail: () => undefined })
    else void wx.vibrateLong({ fail: () => undefined })
  },

  /** What the flagged person's phone must show this very minute. */
  async askChallenge() {
    const { outcome } = this.data
    clearTimeout(this.minute)
    if (!outcome?.checkinId) return
    try {
      const challenge = await door.challenge(outcome.checkinId)
      if (this.data.outcome !== outcome) return
      this.setData({ challenge })
      const leftMs = Date.parse(challenge.current.valid_to) - Date.parse(challenge.server_time)
      this.minute = setTimeout(() => { if (this.data.challenge) void this.askChallenge() }, leftMs) as unknown as number
    } catch (error) {
      tellTrouble(error)
    }
  },

  async onShown() {
    const { outcome } = this.data
    if (!outcome) return
    await this.once(async () => {
      await door.answerChallenge(outcome.checkinId, true)
      this.setData({ challenge: null, 'outcome.isFlagged': false })
          })
  },

  /** Walking in, coming late, being taken back: each needs a word or a number first. */
  onForm(event: WechatMiniprogram.TouchEvent) {
    this.setData({ step: 'form', form: datasetOf<{ form: FormKind }>(event).form, formNote: '', along: 0, most: MOST_ALONG })
    toTop()
  },

  onFormCancel() { this.setData({ step: this.data.outcome ? 'told' : 'idle' }) },

  onFormSubmit(event: Filled) {
    const { along, reason } = event.detail
    const { form, ticket } = this.data
    if (!ticket) return
    if (form === 'party') void this.admit({ ...ticket, party: along })
    else if (form === 'late') void this.admit({ ...ticket, reason })
    else if (form === 'void' || form === 'mismatch') void this.once(() => this.takeBack(form, reason))
    else void this.once(() => this.walkIn(ticket, along, reason || ticket.reason))
  },

  async walkIn(ticket: Ticket, along: number, reason: string) {
    const { desk } = this
    const userId = this.data.outcome?.userId
    if (desk) await this.settle(await desk.walkIn(ticket, { userId, along, reason }))
  },

  async takeBack(form: FormKind, reason: string) {
    const { outcome } = this.data
    if (!outcome) return
    if (form === 'void') await door.voidCheckin(outcome.checkinId, reason)
    else await door.answerChallenge(outcome.checkinId, false, reason)
    this.tell(takenBack(outcome.name, reason))
  },

  /** One thing at a time; what goes wrong is said, and what stands on the screen stays. */
  async once(act: () => Promise<void>) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    try {
      await act()
    } catch (error) {
      tellTrouble(error)
    }
    this.setData({ isBusy: false })
  },

  onRetry() {
    const { ticket } = this.data
    if (ticket) void this.admit(ticket)
  },

  onNext() {
    this.setData({ step: 'idle', outcome: null, ticket: null, challenge: null })
    if (this.data.hasCamera) void this.onScan()
  },

  onQueue() { goTo('/pages/staff/queue/queue') },
  onPeople() {
    const { desk } = this
    if (desk) void wx.redirectTo({ url: `/pages/staff/people/people?${desk.query()}` })
  },
})
