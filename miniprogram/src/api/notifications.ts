import { get, post } from './request'
import type { AcceptsIn, InboxOut, MessageOut, WalletOut } from './types'

export const wallet = (): Promise<WalletOut> => get('/me/wallet')
export const accepts = (results: AcceptsIn['results']): Promise<WalletOut> => post('/me/wallet/accepts', { results })
export const inbox = (cursor?: string, limit = 20): Promise<InboxOut> => get('/me/inbox', { cursor, limit })
export const read = (id: string): Promise<MessageOut> => post(`/me/inbox/${id}/read`)
