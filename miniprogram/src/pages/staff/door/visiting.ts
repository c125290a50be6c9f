/** Visits and the server: the list to take along, and the queue to hand in. */

import * as needs from '../../../api/needs'
import { asApiError } from '../../../api/errors'
import { get, post } from '../../../api/request'
import type {
  CategoryOut, Page, StaffOut, SyncedVisitIn, VisitCampaignBriefOut, VisitCampaignOut, VisitSyncIn, VisitSyncOut, VisitTargetOut,
} from '../../../api/types'
import { keep, kept } from '../../../utils/storage'
import { may } from './keeping'
import { reached } from './link'
import { type VisitEntry, visitQueue, type VisitVerdict, type Written } from './visits'

const DAY_MS = 86_400_000
/** Below `door:`: lists name people, and go when somebody is staff no longer. */
const KEY = 'door:visits'

/** A season with whom to visit in it. */
export interface Season {
  campaign: VisitCampaignOut
  targets: VisitTargetOut[]
}

export interface Round {
  at: number
  me: string
  seasons: Season[]
  categories: CategoryOut[]
}

/** The list as it was last taken along. */
export const keptRound = (): Round | null => kept<Round | null>(KEY, null)

/** Fetch the seasons that go on, with everybody on their lists, and take them along. */
export async function fetchRound(me: StaffOut | null, now: number): Promise<Round> {
  const [{ items }, { items: categories }] = await Promise.all([
    get<Page<VisitCampaignBriefOut>>('/staff/visits/campaigns'), needs.categories(),
  ])
  const open = items.filter((each) => !each.closed_at && may(me, 'visit', each.space_id))
  const seasons = await Promise.all(open.map(({ id }) => fetchSeason(id)))
  const round = { at: now, me: me?.id ?? '', seasons, categories }
  keep(KEY, round)
  return round
}

async function fetchSeason(id: string): Promise<Season> {
  const path = `/staff/visits/campaigns/${id}`
  const [campaign, { items: targets }] = await Promise.all([
    get<VisitCampaignOut>(path), get<Page<VisitTargetOut>>(`${path}/targets`),
  ])
  return { campaign, targets }
}

let flight: Promise<string> | null = null

/** Hand over what waits; one at a time, whoever asks. Returns why the rest could not be, in words; empty when nothing is left or the network is gone. */
export function syncVisits(): Promise<string> {
  flight ??= hand().finally(() => { flight = null })
  return flight
}

async function hand(): Promise<string> {
  if (!visitQueue.waiting().length) return ''
  try {
    await visitQueue.sync(send)
    reached(true)
    return visitQueue.waiting().length ? '手机存储已满，结果没有存上，请清理后再试' : ''
  } catch (thrown) {
    const error = asApiError(thrown)
    if (error.isOffline) reached(false)
    return error.isOffline ? '' : error.detail
  }
}

async function send(entries: VisitEntry[]): Promise<Map<string, VisitVerdict>> {
  const body: VisitSyncIn = { items: entries.map(itemOf) }
  const { verdicts } = await post<VisitSyncOut>('/staff/visits/sync', body)
  return new Map(verdicts.map(({ client_ref, verdict, detail }) => [client_ref, { kind: verdict, detail }]))
}

const itemOf = ({ ref, targetId, written }: VisitEntry): SyncedVisitIn => ({
  client_ref: ref,
  target_id: targetId,
  state: written.state,
  ...(written.state === 'done' ? { visit: visitOf(written) } : { reason: written.reason }),
})

const visitOf = (written: Written): Record<string, unknown> => ({
  visited_at: new Date(written.at - written.daysAgo * DAY_MS).toISOString(),
  met: written.met,
  visitors: written.visitors,
  summary: written.summary,
  answers: written.answers,
  needs: written.needs,
  attachments: written.photos,
})
