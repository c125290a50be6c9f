import { del, get, post } from './request'
import type { DrawOut, Page, SeriesSignupIn, SeriesSignupOut, SignupIn, SignupOut } from './types'

/** `key` names this one attempt: sent again after a lost answer it signs nobody up twice. */
export const signUp = (sessionId: string, body: SignupIn, key: string): Promise<SignupOut> =>
  post(`/sessions/${sessionId}/signups`, body, { 'Idempotency-Key': key })
/** Several dates of a class with one wish; what came of each is in the answer. */
export const signUpForSeries = (activityId: string, body: SeriesSignupIn, key: string): Promise<SeriesSignupOut> =>
  post(`/activities/${activityId}/signups`, body, { 'Idempotency-Key': key })
/** `cannotCome` passes the place on although it is too late to cancel. */
export const cancel = (id: string, cannotCome = false): Promise<void> => del(`/signups/${id}${cannotCome ? '?cannot_come=true' : ''}`)
export const draw = (sessionId: string): Promise<DrawOut> => get(`/sessions/${sessionId}/draw`)
export const accept = (id: string): Promise<SignupOut> => post(`/signups/${id}/accept`)
export const mine = (cursor?: string): Promise<Page<SignupOut>> => get('/me/signups', { cursor })
