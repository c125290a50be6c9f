import { del, get, post } from './request'
import type { Page, SignupIn, SignupOut } from './types'

/** `key` names this one attempt: sent again after a lost answer it signs nobody up twice. */
export const signUp = (sessionId: string, body: SignupIn, key: string): Promise<SignupOut> =>
  post(`/sessions/${sessionId}/signups`, body, { 'Idempotency-Key': key })
export const cancel = (id: string): Promise<void> => del(`/signups/${id}`)
export const accept = (id: string): Promise<SignupOut> => post(`/signups/${id}/accept`)
export const mine = (cursor?: string): Promise<Page<SignupOut>> => get('/me/signups', { cursor })
