/** What the door asks of the server. */

import { get, post } from '../../../api/request'
import type {
  AddedDeviceOut, ChallengedOut, CodesOut, CreatedNeedOut, DeskPresenceOut, DueChallengeOut, MatchesOut, Page, RosterOut, StaffCheckedInOut,
  StaffCheckinIn, StaffCheckinOut, StaffNeedIn, StaffOut, StaffSessionOut, SyncIn, SyncOut, WalkInIn,
} from '../../../api/types'

/** Nobody at a door waits longer for an answer; then the phone decides by itself. */
const PATIENCE_MS = 3000
const DEVICE = 'X-Device-Key'

export const me = (): Promise<StaffOut> => get('/staff/me')
export const sessions = (day: string): Promise<Page<StaffSessionOut>> => get('/staff/sessions', { day })

export const codes = (session: string): Promise<CodesOut> => get(`/staff/sessions/${session}/qr`)
export const rotate = (session: string): Promise<CodesOut> => post(`/staff/sessions/${session}/qr/rotate`)

export const addDevice = (space: string, name: string): Promise<AddedDeviceOut> => post('/staff/devices', { space_id: space, name })
export const roster = (session: string, key: string): Promise<RosterOut> =>
  get(`/staff/sessions/${session}/roster-snapshot`, {}, { [DEVICE]: key })
export const sync = (body: SyncIn, key: string): Promise<SyncOut> => post('/staff/checkins/sync', body, { [DEVICE]: key })

export const checkIn = (body: StaffCheckinIn): Promise<StaffCheckedInOut> => post('/staff/checkins', body, {}, PATIENCE_MS)
export const walkIn = (body: WalkInIn): Promise<StaffCheckedInOut> => post('/staff/walkins', body)
export const people = (session: string, q: string): Promise<MatchesOut> => get(`/staff/sessions/${session}/people`, { q })
export const voidCheckin = (id: string, reason: string): Promise<StaffCheckinOut> => post(`/staff/checkins/${id}/void`, { reason })
/** Note that somebody left, where the time they stayed counts. */
export const checkOut = (id: string): Promise<StaffCheckinOut> => post(`/staff/checkins/${id}/checkout`)
/** How many people without an account are there, all told. */
export const countGuests = (session: string, count: number): Promise<DeskPresenceOut> =>
  post(`/staff/sessions/${session}/guests`, { count })

export const challenge = (checkin: string): Promise<DueChallengeOut> => get(`/staff/checkins/${checkin}/challenge`)
export const answerChallenge = (checkin: string, shown: boolean, reason = ''): Promise<ChallengedOut> =>
  post(`/staff/checkins/${checkin}/challenge`, { shown, reason })

/** `key` names this one attempt: sent again after a lost answer it makes no second need. */
export const takeNeed = (body: StaffNeedIn, key: string): Promise<CreatedNeedOut> =>
  post('/staff/needs', body, { 'Idempotency-Key': key })
