/** 待办: what the account was sent or called to, and what it took on in meetings. */

import { get, post } from '../../../api/request'
import type { CallOut, ErrandOut, ErrandPageOut, Page, TaskOut } from '../../../api/types'

export const errands = (): Promise<Page<ErrandOut>> => get('/staff/needs/dispatches')
export const errand = (id: string): Promise<ErrandPageOut> => get(`/staff/needs/dispatches/${id}`)
export const calls = (): Promise<Page<CallOut>> => get('/staff/needs/escalations')
export const tasks = (): Promise<Page<TaskOut>> => get('/staff/tasks', { mine: 'true', state: 'open' })

export const accept = (id: string, version: number): Promise<unknown> => post(`/staff/needs/dispatches/${id}/accept`, { version })
/** Give it back and say why; then it is not the account's any more. */
export const giveBack = (id: string, version: number, reason: string): Promise<unknown> =>
  post(`/staff/needs/dispatches/${id}/return`, { version, reason })
export const finish = (id: string, version: number, result: string): Promise<unknown> =>
  post(`/staff/needs/dispatches/${id}/done`, { version, result })
export const finishTask = (id: string, version: number, result: string): Promise<unknown> =>
  post(`/staff/tasks/${id}/finish`, { version, result })
