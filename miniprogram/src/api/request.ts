/** The one place that talks to the server: who asks, how long it waits, what a refusal becomes. */

import { BASE_URL } from '../config'
import { renewed, token } from '../session'
import { type ApiError, refusal, unanswered } from './errors'
import type { LoggedInOut } from './types'

const PATIENCE_MS = 12_000

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Record<string, string | number | boolean | null | undefined>

interface Call {
  method: Method
  path: string
  query?: Query
  body?: object
  header?: Record<string, string>
}

export const get = <T>(path: string, query?: Query): Promise<T> => asMember({ method: 'GET', path, query })
export const post = <T>(path: string, body: object = {}, header?: Record<string, string>): Promise<T> =>
  asMember({ method: 'POST', path, body, header })
export const patch = <T>(path: string, body: object, header?: Record<string, string>): Promise<T> =>
  asMember({ method: 'PATCH', path, body, header })
export const del = (path: string): Promise<void> => asMember({ method: 'DELETE', path })

/** Call as the member of this phone; a token that ran out is renewed once. */
async function asMember<T>(call: Call): Promise<T> {
  const first = await token(exchange)
  try {
    return await send<T>(call, first)
  } catch (error) {
    if ((error as ApiError).status !== 401) throw error
    return send<T>(call, await renewed(first, exchange))
  }
}

async function exchange(code: string): Promise<string> {
  const body = { code }
  const answer = await send<LoggedInOut>({ method: 'POST', path: '/auth/wechat', body })
  return answer.token
}

function send<T>(call: Call, bearer?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: BASE_URL + call.path + queryString(call.query),
      // wx.request knows no PATCH; the server reads the true method from the header.
      method: call.method === 'PATCH' ? 'POST' : call.method,
      header: {
        ...(call.method === 'PATCH' ? { 'X-HTTP-Method-Override': 'PATCH' } : {}),
        ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
        ...call.header,
      },
      data: call.body,
      timeout: PATIENCE_MS,
      success: (answer) => {
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data as T)
        else reject(refusal(answer.statusCode, answer.data))
      },
      fail: (error) => reject(unanswered(error.errMsg)),
    })
  })
}

function queryString(query: Query = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parts.length ? `?${parts.join('&')}` : ''
}
