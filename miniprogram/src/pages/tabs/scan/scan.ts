import * as checkins from '../../../api/checkins'
import { type ApiError, asApiError } from '../../../api/errors'
import type { CheckedInOut } from '../../../api/types'
import { NOT_A_CODE, type ScanState, scanRefused } from '../../../utils/checkins'
import { computerCodeOf, linkOf, looksLikeCode } from '../../../utils/codes'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { spanLabel, stampLabel, wall } from '../../../utils/time'

const LOOKS: Record<ScanState, { icon: string, tone: string }> = {
  idle: { icon: 'scan', tone: 'pine' },
  working: { icon: 'hourglass', tone: 'pine' },
  done: { icon: 'check', tone: 'pine' },
  already: { icon: 'check', tone: 'pine' },
  walk_in: { icon: 'ticket', tone: 'lamp' },
  not_open: { icon: 'clock', tone: 'lamp' },
  ended: { icon: 'clock', tone: 'quiet' },
  expired: { icon: 'refresh', tone: 'lamp' },
  not_signed_up: { icon: 'person', tone: 'lamp' },
  full: { icon: 'people', tone: 'lamp' },
  cancelled: { icon: 'close', tone: 'brick' },
  restricted: { icon: 'lock', tone: 'lamp' },
  invalid: { icon: 'alert', tone: 'brick' },
  offline: { icon: 'offline', tone: 'brick' },
  failed: { icon: 'alert', tone: 'brick' },
}

interface Ticket {
  checkinId: string
  sessionId: string
  activityId: string
  title: string
  when: string
  place: string
  clock: string
  at: string
  party: string
}

Page({
  data: {
    screen: textScale(),
    state: 'idle' as ScanState,
    icon: 'scan',
    tone: 'pine',
    title: '',
    text: '',
    ticket: null as Ticket | null,
    isBusy: false,
  },

  token: '',
  /** What stands in for the code once the server has seen it: the screen shows another by now. */
  ticket: '',
  /** The person wants in without a signup: a code that ran out meanwhile need not ask them again. */
  wantsWalkIn: false,

  onLoad(query: { q?: string }) {
    const link = linkOf(query)
    if (link) void this.exchange(link)
  },

  onTabItemTap() {
    if (this.data.state !== 'working') void this.onScan()
  },

  async onScan() {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    try {
      const { result } = await wx.scanCode({ scanType: ['qrCode'] })
      await this.exchange(result)
    } catch (error) {
      const { errMsg } = error as { errMsg?: string }
      // Closing the camera is no trouble.
      if (!errMsg?.includes('cancel')) this.show('failed', '没有扫到码', '请对准屏幕上的码，光线亮一些再试。')
    } finally {
      this.setData({ isBusy: false })
    }
  },

  /** A code lives for seconds only, so it goes to the server before anything is asked or drawn. */
  async exchange(token: string) {
    const computer = computerCodeOf(token)
    if (computer) {
      goTo(`/pages/staff/login/login?code=${computer}`)
      return
    }
    if (!looksLikeCode(token)) {
      this.show(NOT_A_CODE.state, NOT_A_CODE.title, NOT_A_CODE.text)
      return
    }
    this.token = token
    this.ticket = ''
    await this.checkIn()
  },

  async checkIn() {
    this.show('working', '正在签到…', '')
    try {
      this.welcome(await checkins.checkIn({ token: this.ticket || this.token, walk_in: this.wantsWalkIn }))
      this.wantsWalkIn = false
    } catch (thrown) {
      const error = asApiError(thrown)
      const view = scanRefused(error, Date.now())
      this.ticket = ticketOf(error) || (error.isOffline ? this.ticket : '')
      if (view.state !== 'expired') this.wantsWalkIn = false
      this.show(view.state, view.title, view.text)
    }
  },

  welcome({ result, checkin }: CheckedInOut) {
    const isFirst = result === 'checked_in'
    const now = Date.now()
    const { session, activity } = checkin
    const day = wall(session.starts_at)
    const ticket: Ticket = {
      checkinId: checkin.id,
      sessionId: session.id,
      activityId: activity.id,
      title: activity.title,
      when: `${day.month}月${day.day}日 ${day.weekday} ${spanLabel(session.starts_at, session.ends_at)}`,
      place: session.place,
      clock: wall(checkin.checked_in_at).clock,
      at: stampLabel(checkin.checked_in_at, now),
      party: checkin.party_present ? `连同行共 ${checkin.party_present + 1} 人` : '',
    }
    this.show(isFirst ? 'done' : 'already', isFirst ? '签到成功' : '您已签到', isFirst ? '欢迎您来' : `${ticket.at} 已经签过到，无需重复`, ticket)
    void wx.vibrateShort({ type: 'light', fail: () => undefined })
  },

  show(state: ScanState, title: string, text: string, ticket: Ticket | null = null) {
    this.setData({ state, title, text, ticket, ...LOOKS[state] })
  },

  onWalkIn() {
    if (this.data.state === 'working') return
    this.wantsWalkIn = true
    void this.checkIn()
  },

  onRetry() {
    if (this.data.state !== 'working') void this.checkIn()
  },

  onRate() {
    const { ticket } = this.data
    if (!ticket) return
    goTo(`/pages/checkins/rate/rate?id=${ticket.checkinId}&title=${encodeURIComponent(ticket.title)}`)
  },

  onActivity() {
    const { ticket } = this.data
    if (ticket) goTo(`/pages/activities/detail/detail?id=${ticket.activityId}`)
  },

  onGo(event: WechatMiniprogram.TouchEvent) {
    void wx.switchTab({ url: datasetOf<{ url: string }>(event).url })
  },
})

function ticketOf({ facts }: ApiError): string {
  return typeof facts.ticket === 'string' ? facts.ticket : ''
}
