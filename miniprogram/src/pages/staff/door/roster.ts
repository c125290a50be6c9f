/** The list of one session on this phone: whom a code belongs to when nobody can be asked. */

import type { ExpectedOut, RosterOut } from '../../../api/types'
import { wall } from '../../../utils/time'
import { ageOf, isSignedBy, type Pass, readPass } from './passes'

/** A snapshot as it is kept, with how far the server's clock is ahead of this phone's. */
export interface Roster {
  snapshot: RosterOut
  aheadMs: number
}

export type Recognised =
  | { kind: 'listed', person: ExpectedOut }
  /** Genuine or not, nobody here can say: somebody who is not on the list, or a code for any session. */
  | { kind: 'unsure', person: ExpectedOut | null }
  | { kind: 'no_place', person: ExpectedOut }
  | { kind: 'expired' | 'forged' | 'wrong_session' | 'session_code' | 'not_a_pass' }

const MINUTE_MS = 60_000
const EXPECTED = ['confirmed', 'attended']

export function takeRoster(snapshot: RosterOut, now: number): Roster {
  return { snapshot, aheadMs: Date.parse(snapshot.server_time) - now }
}

/** Whom a scanned text belongs to, as far as this phone can tell. */
export function recognise(text: string, sessionId: string, roster: Roster | null, now: number): Recognised {
  const pass = readPass(text)
  if (!pass) return { kind: text.includes('/c/') ? 'session_code' : 'not_a_pass' }
  if (pass.sessionId && pass.sessionId !== sessionId) return { kind: 'wrong_session' }
  const person = roster?.snapshot.items.find((each) => each.user_id === pass.userId) ?? null
  if (!roster || !person || !pass.sessionId) return { kind: 'unsure', person }
  return verified(pass, person, roster, now)
}

function verified(pass: Pass, person: ExpectedOut, roster: Roster, now: number): Recognised {
  if (!isSignedBy(pass, person.pass_key)) return { kind: 'forged' }
  const age = ageOf(pass, now + roster.aheadMs, roster.snapshot.slot_seconds)
  // One slot of grace on either side: the offset was measured over a network that takes its time.
  if (age > 1) return { kind: 'expired' }
  if (age < -1) return { kind: 'forged' }
  return { kind: EXPECTED.includes(person.state) ? 'listed' : 'no_place', person }
}

/** Those on the list whose name or company holds the words; for searching without a network. */
export function searchRoster(roster: Roster | null, words: string): ExpectedOut[] {
  const wanted = words.trim().toLowerCase()
  if (!roster || wanted.length < 2) return []
  const holds = (text: string | null): boolean => (text ?? '').toLowerCase().includes(wanted)
  return roster.snapshot.items.filter((each) => holds(each.name) || holds(each.enterprise))
}

/** `名单 2 分钟前更新`. */
export function freshLabel(roster: Roster | null, now: number): string {
  if (!roster) return '还没有名单'
  const minutes = Math.floor((now + roster.aheadMs - Date.parse(roster.snapshot.taken_at)) / MINUTE_MS)
  if (minutes < 1) return '名单刚刚更新'
  if (minutes < 60) return `名单 ${minutes} 分钟前更新`
  return `名单更新于 ${wall(roster.snapshot.taken_at).clock}`
}
