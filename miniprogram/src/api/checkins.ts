import { installationHeader } from '../utils/installation'
import { get, post } from './request'
import type { ChallengeOut, CheckedInOut, CheckinIn, PassOut, RatingIn, RatingOut } from './types'

export const checkIn = (body: CheckinIn): Promise<CheckedInOut> => post('/checkins', body, installationHeader())
export const rate = (id: string, body: RatingIn): Promise<RatingOut> => post(`/checkins/${id}/rating`, body)
/** My personal codes, for one session or, without one, for any. */
export const pass = (session: string): Promise<PassOut> => get('/me/pass', { session })
/** The colour and word of this minute, for when the door asks for them. */
export const challenge = (session: string): Promise<ChallengeOut> => get('/me/challenge', { session })
