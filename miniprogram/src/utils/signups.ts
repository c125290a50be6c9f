/** Sign-ups as their person reads them. */

import type { SignupOut, SignupState } from '../api/types'
import type { Tone } from './buttons'
import { dayLabel, momentLabel, spanLabel, untilLabel, wall } from './time'

interface Words {
  name: string
  tone: Tone
  /** The headline of the result page. */
  title: string
  text: string
  icon: string
  /** Which reminders make sense now. */
  kinds: string[]
}

const WORDS: Record<SignupState, Words> = {
  confirmed: { name: '已报名', tone: 'good', title: '报名成功', text: '到场后扫屏幕上的码签到。来不了请提前取消，把名额让给别人。', icon: 'check', kinds: ['reminder', 'changed', 'cancelled'] },
  waitlisted: { name: '候补中', tone: 'wait', title: '已加入候补', text: '有名额时按先后补上，会通知您。', icon: 'hourglass', kinds: ['promoted', 'changed', 'cancelled'] },
  offered: { name: '待您确认', tone: 'warn', title: '有名额了', text: '请在保留时间内确认，过时会让给下一位。', icon: 'bell', kinds: ['reminder', 'changed', 'cancelled'] },
  pending: { name: '待定', tone: 'wait', title: '已提交', text: '有结果会通知您。', icon: 'hourglass', kinds: ['decided', 'changed', 'cancelled'] },
  declined: { name: '未通过', tone: 'quiet', title: '这次没有通过', text: '', icon: 'info', kinds: [] },
  cancelled: { name: '已取消', tone: 'quiet', title: '已取消', text: '', icon: 'close', kinds: [] },
  lost: { name: '未中签', tone: 'quiet', title: '这次没有抽中', text: '下次还有机会。', icon: 'info', kinds: [] },
  attended: { name: '已签到', tone: 'good', title: '您已签到', text: '谢谢您来。', icon: 'check', kinds: [] },
  no_show: { name: '未到场', tone: 'quiet', title: '这次没有到场', text: '如果记错了，可以在“我的足迹”里说明。', icon: 'info', kinds: [] },
}

export interface SignupView extends Words {
  id: string
  state: SignupState
  activityId: string
  sessionId: string
  activity: string
  day: string
  weekday: string
  date: string
  time: string
  place: string
  party: string
  position: string
  hold: string
  canAccept: boolean
  canCancel: boolean
  /** Too late to cancel, but the place may still go to somebody else. */
  canRelease: boolean
  cancelNote: string
  /** Whether there is a door ahead at which to show the personal code. */
  hasPass: boolean
  reason: string
  /** The check-in to be rated, if there is one. */
  checkinId: string
  rateLabel: string
  /** The name of one's entry when places are drawn, else empty. */
  lotteryCode: string
}

/** A place that is drawn: waiting for it is not waiting for staff. */
const IN_LOTTERY: Partial<Words> = { name: '等待抽签', title: '已参加抽签', text: '到时随机抽取，早报晚报机会一样。结果会通知您，怎么抽的也可以查。' }

const LIVE: SignupState[] = ['confirmed', 'waitlisted', 'offered', 'pending']

export function signupView(signup: SignupOut, now: number): SignupView {
  const { session, activity, state } = signup
  const at = wall(session.starts_at)
  const isLive = LIVE.includes(state) && session.state === 'scheduled'
  const canCancel = isLive && Date.parse(signup.cancel_until) > now
  return {
    ...wordsOf(signup),
    ...heldUntil(signup, now),
    id: signup.id,
    state,
    activityId: activity.id,
    sessionId: session.id,
    activity: activity.title,
    day: String(at.day),
    weekday: at.weekday,
    date: dayLabel(session.starts_at, now),
    time: spanLabel(session.starts_at, session.ends_at),
    place: session.place || '地点待定',
    ...counts(signup),
    canCancel,
    canRelease: canRelease(signup, canCancel, now),
    cancelNote: cancelNote(signup, isLive, canCancel, now),
    hasPass: isLive && state === 'confirmed' && Date.parse(session.ends_at) > now,
    ...afterwards(signup),
    reason: signup.end_reason || (session.state === 'cancelled' ? '活动已取消' : ''),
  }
}

/** A place kept for somebody because of a need of theirs. */
const INVITED: Partial<Words> = { name: '为您留位', title: '为您留了位置', text: '您提过这方面的诉求，这场活动先为您留了位置。来就请确认，过时会让给别人。' }

function wordsOf({ state, source, lottery_code: code }: SignupOut): Words {
  if (state === 'offered' && source === 'need_invite') return { ...WORDS[state], ...INVITED }
  return state === 'pending' && code ? { ...WORDS[state], ...IN_LOTTERY } : WORDS[state]
}

/** What there is to see or say beside the place itself. */
function afterwards(signup: SignupOut): { checkinId: string, rateLabel: string, lotteryCode: string } {
  return { checkinId: signup.checkin_id ?? '', rateLabel: signup.rated ? '改评价' : '评一评', lotteryCode: signup.lottery_code ?? '' }
}

function counts({ party_size: party, state, position }: SignupOut): { party: string, position: string } {
  return {
    party: party > 1 ? `共 ${party} 位` : '',
    position: state === 'waitlisted' && position ? `第 ${position} 位` : '',
  }
}

/** Until when an offered place is kept; nothing when there is none or it ran out. */
function heldUntil({ state, hold_until: until, session }: SignupOut, now: number): { hold: string, canAccept: boolean } {
  const isHeld = state === 'offered' && session.state === 'scheduled' && until !== null && Date.parse(until) > now
  return isHeld ? { hold: `${momentLabel(until, now)} 前确认，${untilLabel(until, now)}`, canAccept: true } : { hold: '', canAccept: false }
}

function canRelease({ state, session }: SignupOut, canCancel: boolean, now: number): boolean {
  return state === 'confirmed' && session.state === 'scheduled' && !canCancel && Date.parse(session.starts_at) > now
}

function cancelNote(signup: SignupOut, isLive: boolean, canCancel: boolean, now: number): string {
  if (canCancel) return `${momentLabel(signup.cancel_until, now)} 前可以取消`
  return isLive && Date.parse(signup.session.ends_at) > now ? '已过可取消的时间，来不了也请说一声' : ''
}
