/** Activities as cards show them. */

import type { ActivityKind, ActivityOut, SessionOut } from '../api/types'
import { fileView, type FileView } from './attachments'
import { type ButtonView, buttonView, seatsLabel } from './buttons'
import { type Shades, shades } from './colors'
import { dayKey, dayLabel, momentLabel, monthWeeks, spanLabel, wall } from './time'

export const KIND_NAMES: Record<ActivityKind, string> = {
  lecture: '讲座', fair: '集市', salon: '沙龙', match: '比赛', class: '课程',
  consult: '咨询', outing: '走访', meeting: '会议', online: '线上', volunteer: '志愿',
}

export interface SessionView {
  id: string
  dayKey: string
  day: string
  date: string
  weekday: string
  time: string
  place: string
  seats: string
  changed: string
  button: ButtonView
  state: string
  isOver: boolean
}

export interface CardView {
  id: string
  title: string
  theme: string
  blurb: string
  series: { id: string, name: string, icon: string, shades: Shades }
  kind: string
  space: string
  goals: string[]
  next: SessionView
  /** The days it is on. */
  days: string[]
  /** `等 3 场` when there is more than one. */
  others: string
}

/** What stands in for the session of an activity that has no date yet. */
const UNDATED: SessionView = {
  id: '', dayKey: '', day: '—', date: '时间待定', weekday: '', time: '', place: '', seats: '', changed: '',
  button: { label: '时间待定', hint: '', tone: 'quiet', act: '' }, state: '', isOver: false,
}

export function sessionView(session: SessionOut, activity: ActivityOut, now: number): SessionView {
  const at = wall(session.starts_at)
  const state = session.button.state
  return {
    id: session.id,
    dayKey: dayKey(session.starts_at),
    day: String(at.day),
    date: dayLabel(session.starts_at, now),
    weekday: at.weekday,
    time: spanLabel(session.starts_at, session.ends_at),
    place: session.place || activity.place || (activity.kind === 'online' ? '线上' : '地点待定'),
    seats: activity.signup_mode === 'none' ? '' : seatsLabel(session),
    changed: changeLabel(session, now),
    button: withDoorOpen(buttonView(session.button, activity.signup_mode, now), session, now),
    state,
    isOver: state === 'ended' || state === 'cancelled',
  }
}

export function cardView(activity: ActivityOut, now: number, blurb = ''): CardView {
  const sessions = activity.sessions.map((session) => sessionView(session, activity, now))
  const next = sessions.find((session) => !session.isOver) ?? sessions[sessions.length - 1] ?? UNDATED
  return {
    id: activity.id,
    title: activity.title,
    theme: activity.theme,
    blurb,
    series: {
      id: activity.series.id,
      name: activity.series.name,
      icon: activity.series.icon,
      shades: shades(activity.series.color),
    },
    kind: KIND_NAMES[activity.kind],
    space: activity.space.name,
    goals: activity.five_goals,
    next,
    days: sessions.filter((session) => session.state !== 'cancelled').map((session) => session.dayKey),
    others: sessions.length > 1 ? `共 ${sessions.length} 场` : '',
  }
}

/** Too late to sign up, but the door is open: whoever comes may still be let in. */
function withDoorOpen(button: ButtonView, session: SessionOut, now: number): ButtonView {
  const isOpen = Date.parse(session.checkin_opens_at) <= now && now <= Date.parse(session.checkin_closes_at)
  return session.button.state === 'closed' && isOpen ? { ...button, hint: '正在进行，到现场扫码也能参加' } : button
}

/** What was said before time or place changed: `原定 11月20日 14:00 · A 座大堂`. */
function changeLabel(session: SessionOut, now: number): string {
  const { changed } = session
  if (!changed) return ''
  const parts: string[] = []
  if (changed.starts_at) parts.push(`${dayLabel(changed.starts_at, now)} ${wall(changed.starts_at).clock}`)
  if (changed.place) parts.push(changed.place)
  return parts.length ? `原定 ${parts.join(' · ')}` : '时间或地点有变'
}

export interface CalendarCell {
  key: string
  day: number
  inMonth: boolean
  isToday: boolean
  /** The colours of what is on that day, at most three. */
  dots: { id: string, color: string }[]
  label: string
}

export interface CalendarWeek {
  key: string
  days: CalendarCell[]
}

/** A month as a calendar page, each day with the colours of its activities. */
export function calendarOf(month: string, cards: CardView[], today: string): CalendarWeek[] {
  return monthWeeks(month).map((week) => ({
    key: week[0]?.key ?? month,
    days: week.map((day) => {
      const on = day.inMonth ? cards.filter((card) => card.days.includes(day.key)) : []
      return {
        ...day,
        isToday: day.key === today,
        dots: on.slice(0, 3).map((card) => ({ id: card.id, color: card.series.shades.base })),
        label: `${Number(day.key.slice(5, 7))}月${day.day}日，${on.length ? `${on.length} 个活动` : '没有活动'}`,
      }
    }),
  }))
}

export interface FactsView {
  body: string
  goals: string[]
  hosts: string
  experts: string[]
  who: string
  reason: string
  how: string
  bring: string
  cancel: string
  cancelled: string
  cover: string
  meeting: string
  volunteer: string
  quorum: string
  result: string
  /** How many colleagues come; empty where that is not told. Never who. */
  colleagues: string
  /** What may be taken home, for who was there. */
  materials: FileView[]
}

const HOW: Record<ActivityOut['signup_mode'], string> = {
  none: '无需报名，直接到场',
  fcfs: '先到先得，报上即有名额',
  lottery: '报名截止后抽签，结果会通知',
  approval: '提交后由工作人员确认',
}

/** The small print of an activity, in sentences. */
export function factsOf(activity: ActivityOut, now: number): FactsView {
  return {
    body: activity.body,
    goals: activity.five_goals,
    hosts: [...activity.hosts, ...activity.co_hosts].join('、') || activity.space.name,
    experts: activity.experts,
    who: activity.eligibility_reason ? '有限定对象' : '人人可参与',
    reason: activity.eligibility_reason,
    how: howTo(activity, now),
    bring: activity.max_party > 1 ? `每人可带同伴，连本人最多 ${activity.max_party} 人` : '',
    cancel: cancelRule(activity),
    cancelled: activity.state === 'cancelled' ? activity.cancel_reason || '主办方没有留下原因' : '',
    cover: activity.cover,
    meeting: activity.meeting_point,
    volunteer: volunteerOf(activity),
    quorum: activity.quorum ? `满 ${activity.quorum.needed} 人开会，已到 ${activity.quorum.present} 人` : '',
    result: activity.result,
    colleagues: activity.colleagues ? `有 ${activity.colleagues} 位同事报名` : '',
    materials: activity.materials.map(fileView),
  }
}

function volunteerOf({ volunteer_role: role, volunteer_hours: hours }: ActivityOut): string {
  return [role, hours ? `计 ${hours} 小时` : ''].filter(Boolean).join('，')
}

function howTo(activity: ActivityOut, now: number): string {
  const { signup_mode: mode, signup_closes_at: closes } = activity
  return closes && mode !== 'none' ? `${HOW[mode]}；${momentLabel(closes, now)} 截止` : HOW[mode]
}

function cancelRule({ signup_mode: mode, cancel_hours: hours }: ActivityOut): string {
  if (mode === 'none') return ''
  return hours ? `开始前 ${hours} 小时以上可以自己取消` : '开始前都可以自己取消'
}
