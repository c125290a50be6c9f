/** Activities of many sessions: the slots of a 义诊 day, the dates of a class. */

import type { ActivityOut, SeriesSignupOut, SessionOut } from '../api/types'
import { buttonView, type Tone } from './buttons'
import { dayKey, dayLabel, spanLabel, wall } from './time'

export type Plan = '' | 'slots' | 'class'

/** How one signs up: slot by slot, several dates at once, or plainly. */
export function planOf(activity: ActivityOut): Plan {
  if (activity.sessions.length < 2) return ''
  if (activity.slot_minutes !== null) return 'slots'
  return activity.one_session_each || activity.signup_mode === 'none' ? '' : 'class'
}

export interface SlotView {
  id: string
  clock: string
  note: string
  /** Whether a tap leads on to signing up or waiting. */
  act: 'sign_up' | 'join_waitlist' | 'mine' | 'accept' | 'held' | ''
  isMine: boolean
  label: string
}

export interface SlotDay {
  key: string
  date: string
  weekday: string
  free: number
  slots: SlotView[]
}

const MINE = ['confirmed', 'offered', 'waitlisted', 'pending', 'lottery_joined', 'attended']

const leftIn = ({ capacity, seats_taken: taken }: SessionOut): number => (capacity === null ? 1 : Math.max(capacity - taken, 0))

/** The slots by day, each with what a tap does. Days that are over are left out. */
export function slotDays(activity: ActivityOut, now: number): SlotDay[] {
  const days = new Map<string, SlotDay>()
  const isHeld = activity.one_session_each && heldSlot(activity, now) !== ''
  for (const session of activity.sessions) {
    if (session.button.state === 'ended' && dayKey(session.starts_at) < dayKey(now)) continue
    const key = dayKey(session.starts_at)
    const day = days.get(key) ?? { key, date: dayLabel(session.starts_at, now), weekday: wall(session.starts_at).weekday, free: 0, slots: [] }
    const slot = slotView(session, activity, isHeld, now)
    if (slot.act === 'sign_up' || slot.act === 'held') day.free += leftIn(session)
    day.slots.push(slot)
    days.set(key, day)
  }
  return [...days.values()]
}

function slotView(session: SessionOut, activity: ActivityOut, isHeld: boolean, now: number): SlotView {
  const button = buttonView(session.button, activity.signup_mode, now)
  const isMine = MINE.includes(session.button.state)
  const left = leftIn(session)
  const clock = wall(session.starts_at).clock
  const free = left > 1 ? `余 ${left}` : '可约'
  // Whoever holds one may not take another, which the server tells as a restriction.
  if (isHeld && session.button.state === 'restricted' && left > 0) return { id: session.id, clock, note: free, act: 'held', isMine, label: `${clock}，${free}` }
  const note = { sign_up: free, join_waitlist: '候补' }[button.act as string] ?? (isHeld && !isMine ? '约满' : button.label)
  const act = button.act === 'scan' ? '' : button.act
  return { id: session.id, clock, note, act, isMine, label: `${clock}，${note}` }
}

/** The slot already held, in words; empty when there is none. */
export function heldSlot(activity: ActivityOut, now: number): string {
  const held = activity.sessions.find((session) => MINE.includes(session.button.state) && session.button.state !== 'attended')
  if (!held) return ''
  return `${dayLabel(held.starts_at, now)} ${wall(held.starts_at).weekday} ${spanLabel(held.starts_at, held.ends_at)}`
}

export interface DateView {
  id: string
  date: string
  weekday: string
  time: string
  /** Why it cannot be chosen, or how many places are left. */
  note: string
  tone: Tone
  canChoose: boolean
  isChosen: boolean
  /** Choosing it means waiting. */
  isFull: boolean
}

/** The dates of a class. Those still open are chosen from the start: that is what most people want. */
export function classDates(activity: ActivityOut, now: number): DateView[] {
  return activity.sessions.map((session) => {
    const button = buttonView(session.button, activity.signup_mode, now)
    const canChoose = button.act === 'sign_up' || button.act === 'join_waitlist'
    const left = session.capacity === null ? '' : `剩 ${leftIn(session)}`
    return {
      id: session.id,
      date: dayLabel(session.starts_at, now),
      weekday: wall(session.starts_at).weekday,
      time: spanLabel(session.starts_at, session.ends_at),
      note: button.act === 'sign_up' ? left : button.act === 'join_waitlist' ? '已满，可候补' : button.label,
      tone: button.tone,
      canChoose,
      isChosen: button.act === 'sign_up',
      isFull: button.act === 'join_waitlist',
    }
  })
}

export interface OutcomeView {
  id: string
  date: string
  time: string
  name: string
  tone: Tone
  text: string
}

/** What came of each date asked for, good and bad alike. */
export function outcomesOf(answer: SeriesSignupOut, now: number): { sentence: string, lines: OutcomeView[] } {
  const lines = answer.verdicts.map(({ session, signup, detail }): OutcomeView => ({
    id: session.id,
    date: `${dayLabel(session.starts_at, now)} ${wall(session.starts_at).weekday}`,
    time: spanLabel(session.starts_at, session.ends_at),
    ...(signup ? outcome(signup.state, signup.position) : { name: '没报上', tone: 'bad' as Tone, text: detail ?? '' }),
  }))
  const count = (name: string): number => lines.filter((line) => line.name === name).length
  const parts = ['已报名', '候补中', '待定', '没报上'].map((name) => (count(name) ? `${name} ${count(name)} 场` : '')).filter(Boolean)
  return { sentence: parts.join('，'), lines }
}

function outcome(state: string, position: number | null): Pick<OutcomeView, 'name' | 'tone' | 'text'> {
  if (state === 'waitlisted') return { name: '候补中', tone: 'wait', text: position ? `第 ${position} 位，有名额会通知您` : '有名额会通知您' }
  if (state === 'pending') return { name: '待定', tone: 'wait', text: '有结果会通知您' }
  return { name: '已报名', tone: 'good', text: '' }
}
