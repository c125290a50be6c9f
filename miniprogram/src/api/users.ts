import { del, get, patch, post } from './request'
import type { AppealIn, CopyOut, FootprintOut, JoinIn, MembershipOut, NoShowOut, NoShowsOut, ProfileIn, UserOut } from './types'

export const me = (): Promise<UserOut> => get('/me')
export const change = (body: ProfileIn): Promise<UserOut> => patch('/me', body)
export const erase = (): Promise<void> => del('/me')
export const copy = (): Promise<CopyOut> => get('/me/export')
export const footprint = (): Promise<FootprintOut> => get('/me/footprint')
export const verifyPhone = (code: string): Promise<UserOut> => post('/me/phone', { code })
export const join = (body: JoinIn): Promise<MembershipOut> => post('/me/enterprise', body)
export const leave = (): Promise<void> => del('/me/enterprise')
export const noShows = (cursor?: string): Promise<NoShowsOut> => get('/me/no-shows', { cursor })
export const appeal = (id: string, body: AppealIn): Promise<NoShowOut> => post(`/me/no-shows/${id}/appeal`, body)
