import { get } from './request'
import type { Page, SpaceBrief, SpaceOut } from './types'

export const search = (q: string, cursor?: string): Promise<Page<SpaceBrief>> => get('/spaces', { q, cursor, limit: 30 })
export const show = (id: string): Promise<SpaceOut> => get(`/spaces/${id}`)
