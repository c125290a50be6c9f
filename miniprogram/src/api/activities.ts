import { get } from './request'
import type { ActivityOut, CodePictureOut, Page } from './types'

export interface Wanted {
  space?: string
  month?: string
  series?: string
}

export const index = (wanted: Wanted, cursor?: string, limit = 20): Promise<Page<ActivityOut>> =>
  get('/activities', { ...wanted, cursor, limit })
export const show = (id: string): Promise<ActivityOut> => get(`/activities/${id}`)
/** The code that opens it; refused with `no_code` while WeChat draws none. */
export const code = (id: string): Promise<CodePictureOut> => get(`/activities/${id}/code`)
