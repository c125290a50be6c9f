/** Brings the queue to the server by itself, whenever it may answer. */

import { asApiError } from '../../../api/errors'
import type { VerdictOut } from '../../../api/types'
import * as door from './api'
import { withKey } from './devices'
import { reached } from './link'
import { type Entry, queue, type Verdict } from './queue'

export interface Synced {
  settled: number
  /** Why the rest could not be handed over, in words; empty when nothing is left or the network is gone. */
  trouble: string
}

let flight: Promise<Synced> | null = null

/** Hand over what waits; one at a time, whoever asks. */
export function syncQueue(): Promise<Synced> {
  flight ??= hand().finally(() => { flight = null })
  return flight
}

async function hand(): Promise<Synced> {
  if (!queue.waiting().length) return { settled: 0, trouble: '' }
  const before = queue.waiting().length
  try {
    await queue.sync(send)
    reached(true)
    return { settled: before - queue.waiting().length, trouble: queue.waiting().length ? '手机存储已满，结果没有存上，请清理后再试' : '' }
  } catch (thrown) {
    const error = asApiError(thrown)
    if (error.isOffline) reached(false)
    return { settled: before - queue.waiting().length, trouble: error.isOffline ? '' : error.detail }
  }
}

async function send(spaceId: string, entries: Entry[]): Promise<Map<string, Verdict>> {
  const items = entries.map((each) => ({
    client_ref: each.ref,
    session_id: each.sessionId,
    ...(each.code ? { code: each.code } : { signup_id: each.signupId }),
    party_present: each.party,
    occurred_at: new Date(each.at).toISOString(),
  }))
  const { verdicts } = await withKey(spaceId, (key) => door.sync({ items, sent_at: new Date().toISOString() }, key))
  return new Map(verdicts.map((each) => [each.client_ref, verdictOf(each)]))
}

const verdictOf = ({ verdict, detail, checkin }: VerdictOut): Verdict => ({
  kind: verdict,
  detail: detail || (checkin?.flags.includes('clock_off') ? '手机时间不准，已按服务器时间记录' : ''),
  name: checkin?.name ?? '',
})
