import { get } from './request'
import type { EnterpriseBrief, Page } from './types'

export const search = (q: string, cursor?: string): Promise<Page<EnterpriseBrief>> => get('/enterprises', { q, cursor })
