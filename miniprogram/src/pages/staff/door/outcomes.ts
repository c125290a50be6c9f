/** What staff see after each scan: one word large enough to be read at arm's length. */

import type { ApiError } from '../../../api/errors'
import type { StaffCheckedInOut } from '../../../api/types'
import { stampLabel, wall } from '../../../utils/time'
import type { Recognised } from './roster'

/** What may be done about somebody who is not in. */
export type Remedy = '' | 'walk_in' | 'over_capacity' | 'late' | 'retry'

export interface Outcome {
  tone: 'good' | 'warn' | 'bad'
  icon: string
  title: string
  name: string
  lines: string[]
  /** What a good host would like to know; for staff, never read aloud. */
  cues: string[]
  remedy: Remedy
  /** The check-in that stands, empty without a network or when nobody came in. */
  checkinId: string
  /** Whom the server recognised though they are not in. */
  userId: string
  /** Whether something looked odd about it, and the person should show colour and word. */
  isFlagged: boolean
}

const blank: Omit<Outcome, 'tone' | 'icon' | 'title'> = { name: '', lines: [], cues: [], remedy: '', checkinId: '', userId: '', isFlagged: false }
const good = (title: string, more: Partial<Outcome> = {}): Outcome => ({ ...blank, tone: 'good', icon: 'check', title, ...more })
const warn = (title: string, more: Partial<Outcome> = {}): Outcome => ({ ...blank, tone: 'warn', icon: 'alert', title, ...more })
const bad = (title: string, more: Partial<Outcome> = {}): Outcome => ({ ...blank, tone: 'bad', icon: 'close', title, ...more })

const partyLine = (along: number): string => (along ? `连同行共 ${along + 1} 人` : '')

/** Somebody the server let in, now or before. */
export function admitted({ result, checkin }: StaffCheckedInOut, now: number): Outcome {
  const { person, flags } = checkin
  const lines = [person.enterprise ?? '', person.phone_masked ?? '', partyLine(checkin.party_present)].filter(Boolean)
  const more = { name: person.name, cues: checkin.cues, checkinId: checkin.id, isFlagged: flags.some((flag) => flag !== 'over_capacity') }
  if (result === 'checked_in') return good('请进', { ...more, lines })
  return good('已经签过到', { ...more, icon: 'clock', lines: [`${stampLabel(checkin.checked_in_at, now)} 签到，不用再签`, ...lines] })
}

/** Somebody let in by this phone alone. */
export function admittedHere(name: string, along: number | null): Outcome {
  const lines = ['没有网络，先记在手机上，联网后自动上传', partyLine(along ?? 0)]
  return good('请进', { name, lines: lines.filter(Boolean) })
}

export function repeatedHere(name: string, at: number | string): Outcome {
  return good('已经签过到', { name, icon: 'clock', lines: [`${wall(at).clock} 签到，不用再签`] })
}

/** A check-in that does not count any more. */
export const takenBack = (name: string, reason: string): Outcome =>
  warn('已撤销', { name, icon: 'undo', lines: [`原因：${reason}`, '人数已经更新'] })

/** Somebody who left, with the time they stayed counted. */
export const seenOff = (name: string, leftAt: string | null, checkinId: string): Outcome =>
  good('已签退', { name, checkinId, icon: 'clock', lines: [leftAt ? `${wall(leftAt).clock} 离开，时长已记下` : ''].filter(Boolean) })

/** Taken down, but nobody here can say whether the person may come in. */
export function unsureHere(name: string): Outcome {
  return name
    ? warn('认得出，未核对', { name, lines: ['对方出示的不是本场凭证，联网后核对。已记在手机上'] })
    : warn('名单里没有', { lines: ['没有网络，无法核对。已记在手机上，联网后给出结果；没有报名的要补办现场报名'] })
}

export const PHONE_FULL = bad('没有记上', {
  icon: 'alert',
  lines: ['手机存储已满，这一位没有存下来。请清理手机存储后再扫一次，或先用纸笔记下。'],
  remedy: 'retry',
})

/** A code this phone itself turns away. */
export function turnedAway(kind: Exclude<Recognised['kind'], 'listed' | 'unsure'>, name = ''): Outcome {
  const why: Record<typeof kind, Outcome> = {
    no_place: warn('报名还没有确认', { name, lines: ['候补或待审核。没有网络时办不了现场报名，请先请对方稍等'] }),
    expired: warn('码过期了', { icon: 'refresh', lines: ['请对方等新码出来，再扫一次。截图和转发的码都会过期'] }),
    forged: bad('这个码不对', { lines: ['请对方在自己手机上重新打开“我的凭证”'] }),
    wrong_session: warn('是另一场的凭证', { lines: ['请对方打开本场的“我的凭证”'] }),
    session_code: warn('这是场次的签到码', { icon: 'scan', lines: ['它是给会员扫的。这里请扫对方手机上的“我的凭证”'] }),
    not_a_pass: warn('这不是入场码', { icon: 'scan', lines: ['请扫对方小程序里的“我的凭证”'] }),
  }
  return why[kind]
}

/** What the check-in window of the list says when the server cannot be asked. */
export function outsideWindow(opensAt: string, closesAt: string, now: number): Outcome | null {
  if (now < Date.parse(opensAt)) return warn('签到还没开始', { icon: 'clock', lines: [`${wall(opensAt).clock} 开始签到`] })
  if (now > Date.parse(closesAt)) return warn('签到已经结束', { icon: 'clock', lines: [`${wall(closesAt).clock} 已结束。补签要等有网络时办`] })
  return null
}

type Page = (error: ApiError, now: number) => Outcome

const REFUSALS: Record<string, Page> = {
  not_signed_up: ({ detail, facts }) => {
    const title = facts['state'] ? '没有确认的名额' : '没有报名'
    if (facts['can_walk_in'] === true) return warn(title, { icon: 'ticket', lines: ['现场还有名额'], remedy: 'walk_in' })
    if (beyond(facts)) return warn(title, { icon: 'ticket', lines: ['名额已满'], remedy: beyond(facts) })
    return warn(title, { icon: 'ticket', lines: [detail] })
  },
  full: ({ detail, facts }) => warn('没有名额了', { icon: 'people', lines: [detail], remedy: beyond(facts) }),
  closed: ({ detail, facts }, now) => warn('签到已经结束', {
    icon: 'clock',
    lines: [ended(facts['closed_at'], now) || detail],
    remedy: facts['can_enter_late'] === true ? 'late' : '',
  }),
  not_open: ({ detail, facts }, now) => warn('签到还没开始', { icon: 'clock', lines: [starts(facts['opens_at'], now) || detail] }),
  cancelled: ({ detail }) => bad('活动已取消', { lines: [detail] }),
  token_expired: () => turnedAway('expired'),
  token_invalid: ({ detail }) => bad('这个码不对', { lines: [detail] }),
  wrong_session: () => turnedAway('wrong_session'),
  not_eligible: ({ detail }) => warn('这场有限定对象', { icon: 'lock', lines: [detail] }),
}

/** Somebody the server turned away, with what can be done about it. */
export function refused(error: ApiError, now: number): Outcome {
  const page = REFUSALS[error.code]
  const found = page ? page(error, now) : bad('没有签上', { icon: 'alert', lines: [whyOf(error)], remedy: 'retry' })
  const person = error.facts['person'] as { name?: string, user_id?: string } | undefined
  return person ? { ...found, name: person.name ?? '', userId: person.user_id ?? '' } : found
}

const whyOf = (error: ApiError): string => Object.values(error.fields)[0] ?? error.detail
const beyond = (facts: ApiError['facts']): Remedy => (facts['can_override'] === true ? 'over_capacity' : '')
const ended = (at: unknown, now: number): string => (typeof at === 'string' ? `${stampLabel(at, now)} 已结束` : '')
const starts = (at: unknown, now: number): string => (typeof at === 'string' ? `${stampLabel(at, now)} 开始` : '')
