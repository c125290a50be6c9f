import { get, patch, post } from './request'
import type {
  NeedAppealIn,
  CategoriesOut, NeedBriefOut, NeedIn, NeedOut, NeedPatchIn, NeedRatingIn, Page, PromiseOut, ReopenIn, SupplementIn, Urgency, VerdictIn, WithdrawIn,
} from './types'

export type Scope = 'mine' | 'company'

export const categories = (): Promise<CategoriesOut> => get('/needs/categories')
export const promise = (category: string, urgency: Urgency): Promise<PromiseOut> => get('/needs/promise', { category, urgency })
export const index = (scope: Scope, cursor?: string): Promise<Page<NeedBriefOut>> => get('/needs', { scope, cursor })
export const show = (id: string): Promise<NeedOut> => get(`/needs/${id}`)
/** `key` names this one attempt: sent again after a lost answer it makes no second need. */
export const submit = (body: NeedIn, key: string): Promise<NeedOut> => post('/needs', body, { 'Idempotency-Key': key })
/** Raises `version_conflict` with the words as they are now when they are no longer those of `version`. */
export const change = (id: string, body: NeedPatchIn, version: number): Promise<NeedOut> =>
  patch(`/needs/${id}`, body, { 'If-Match': `"${version}"` })
export const supplement = (id: string, body: SupplementIn): Promise<NeedOut> => post(`/needs/${id}/supplement`, body)
export const withdraw = (id: string, body: WithdrawIn): Promise<NeedOut> => post(`/needs/${id}/withdraw`, body)
export const rate = (id: string, body: NeedRatingIn): Promise<NeedOut> => post(`/needs/${id}/rating`, body)
export const appeal = (id: string, body: NeedAppealIn): Promise<NeedOut> => post(`/needs/${id}/appeal`, body)
export const reopen = (id: string, body: ReopenIn): Promise<NeedOut> => post(`/needs/${id}/reopen`, body)
export const verdict = (id: string, body: VerdictIn): Promise<NeedOut> => post(`/needs/${id}/verdict`, body)
