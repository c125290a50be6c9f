/** What the door keeps on the phone besides the queue: lists, and what the pages showed last. */

import type { StaffOut } from '../../../api/types'
import { keep, kept } from '../../../utils/storage'
import * as door from './api'
import type { Roster } from './roster'

const ROSTER = 'door:roster:'
const HELD_MS = 18 * 3_600_000

interface Held {
  at: number
  roster: Roster
}

/** Keep the list of a session. False when the phone is full. */
export const keepRoster = (sessionId: string, roster: Roster, now: number): boolean =>
  keep(ROSTER + sessionId, { at: now, roster } satisfies Held)

export const rosterOf = (sessionId: string): Roster | null => kept<Held | null>(ROSTER + sessionId, null)?.roster ?? null

/** Lists hold names: take those off the phone whose day is over. */
export function dropOldRosters(now: number): void {
  for (const key of wx.getStorageInfoSync().keys.filter((each) => each.startsWith(ROSTER))) {
    const held = kept<Held | null>(key, null)
    if (held && now - held.at > HELD_MS) wx.removeStorageSync(key)
  }
}

const ME = 'door:me'

/** Who the staff account of this phone is, as last told; the door must open without a network too. */
export const keepMe = (me: StaffOut): boolean => keep(ME, me)
export const keptMe = (): StaffOut | null => kept<StaffOut | null>(ME, null)

/** The staff account, asked for where nobody has told it yet. Null when nobody can. */
export async function steward(): Promise<StaffOut | null> {
  const known = keptMe()
  if (known) return known
  try {
    const me = await door.me()
    keepMe(me)
    return me
  } catch (error) {
    console.warn('who is at the door is not known', error)
    return null
  }
}

/** Whether the account may do something at a Space. */
export const may = (me: StaffOut | null, verb: string, spaceId: string): boolean =>
  me?.spaces.some((each) => each.id === spaceId && each.verbs.includes(verb)) ?? false
