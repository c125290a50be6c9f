/** What the one button of a session says. Which state it is in was decided by the server. */

import type { ButtonOut, ButtonState, SessionOut, SignupMode } from '../api/types'
import { momentLabel, untilLabel } from './time'

export type Tone = 'go' | 'good' | 'wait' | 'warn' | 'quiet' | 'bad'
export type Act = 'sign_up' | 'join_waitlist' | 'accept' | 'mine' | 'scan' | ''

export interface ButtonView {
  label: string
  /** The line beside or under it: why, when, which place in the line. */
  hint: string
  tone: Tone
  act: Act
}

type Words = (button: ButtonOut, now: number) => ButtonView

const view = (label: string, tone: Tone, act: Act = '', hint = ''): ButtonView => ({ label, tone, act, hint })

const WORDS: Record<ButtonState, Words> = {
  ended: () => view('已结束', 'quiet'),
  cancelled: (it) => view('已取消', 'bad', '', it.reason ?? ''),
  attended: () => view('已签到', 'good', 'mine', '谢谢您来'),
  confirmed: () => view('已报名', 'good', 'mine', '到场扫码签到'),
  offered: (it, now) => (it.invited ? invitedView(it, now) : view('确认名额', 'warn', 'accept', it.at ? `为您保留，${untilLabel(it.at, now) || '已到时间'}` : '为您保留了名额')),
  waitlisted: (it) => view(it.position ? `候补第 ${it.position} 位` : '候补中', 'wait', 'mine', '有名额会通知您'),
  pending: () => view('待审核', 'wait', 'mine', '审核结果会通知您'),
  lost: () => view('未中签', 'quiet', 'mine', '可以看看怎么抽的'),
  lottery_joined: () => view('等待抽签', 'wait', 'mine', '结果会通知您，怎么抽的可以查'),
  no_signup_needed: () => view('无需报名', 'good', '', '直接到场扫码即可'),
  not_open: (it, now) => view('未开始', 'quiet', '', it.at ? `${momentLabel(it.at, now)} 开始报名` : '还没有开始报名'),
  closed: () => view('报名截止', 'quiet'),
  full: (it) => (it.can_join_waitlist ? view('加入候补', 'wait', 'join_waitlist', '名额已满，可排队') : view('名额已满', 'quiet')),
  restricted: (it) => view('限定对象', 'quiet', '', it.reason ?? ''),
  sign_up: () => view('立即报名', 'go', 'sign_up'),
}

/** A place kept for who asked for the activity: signing up takes it, however soon others come. */
function invitedView({ at }: ButtonOut, now: number): ButtonView {
  return view('接受邀请', 'warn', 'sign_up', at ? `为您留了位置，保留到 ${momentLabel(at, now)}` : '为您留了位置')
}

export function buttonView(button: ButtonOut, mode: SignupMode, now: number): ButtonView {
  const shown = WORDS[button.state](button, now)
  if (button.state !== 'sign_up') return shown
  const verbs: Partial<Record<SignupMode, string>> = { lottery: '参加抽签', approval: '申请报名' }
  return { ...shown, label: verbs[mode] ?? shown.label }
}

/** How many places are left, in words; empty when there is no limit or it does not matter any more. */
export function seatsLabel(session: Pick<SessionOut, 'capacity' | 'seats_taken' | 'waiting' | 'button'>): string {
  const over: ButtonState[] = ['ended', 'cancelled', 'closed', 'attended']
  if (over.includes(session.button.state)) return ''
  if (session.capacity === null) return '名额不限'
  const left = Math.max(session.capacity - session.seats_taken, 0)
  if (left > 0 && session.waiting === 0) return `剩 ${left} / ${session.capacity} 个名额`
  return session.waiting ? `已满，${session.waiting} 人候补` : '名额已满'
}
