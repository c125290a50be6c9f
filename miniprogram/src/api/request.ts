/** The one place that talks to the server: who asks, how long it waits, what a refusal becomes. */

import { baseUrl } from '../config'
import { renewed, token } from '../session'
import { type ApiError, refusal, unanswered } from './errors'
import type { LoggedInOut } from './types'

const PATIENCE_MS = 12_000
const UPLOAD_PATIENCE_MS = 120_000

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Record<string, string | number | boolean | null | undefined>

interface Call {
  method: Method
  path: string
  query?: Query
  body?: object
  header?: Record<string, string>
  /** How long to wait; at the door nobody waits as long as elsewhere. */
  patienceMs?: number
}

export const get = <T>(path: string, query?: Query, header?: Record<string, string>): Promise<T> =>
  asMember({ method: 'GET', path, query, header })
export const post = <T>(path: string, body: object = {}, header?: Record<string, string>, patienceMs?: number): Promise<T> =>
  asMember({ method: 'POST', path, body, header, patienceMs })
export const patch = <T>(path: string, body: object, header?: Record<string, string>): Promise<T> =>
  asMember({ method: 'PATCH', path, body, header })
export const del = (path: string): Promise<void> => asMember({ method: 'DELETE', path })

const asMember = <T>(call: Call): Promise<T> => withToken((bearer) => send<T>(call, bearer))

/** A file on its way to the server. */
interface Upload {
  path: string
  /** Where the phone keeps it. */
  filePath: string
  fields: Record<string, string>
  /** Is told how far it is, in percent. */
  onProgress: (percent: number) => void
  /** Is given what stops it. */
  onStart: (stop: () => void) => void
}

/** Send a file, as the member of this phone. */
export const upload = <T>(file: Upload): Promise<T> => withToken((bearer) => sendFile<T>(file, bearer))

/** Ask as the member of this phone; a token that ran out is renewed once. */
async function withToken<T>(ask: (bearer: string) => Promise<T>): Promise<T> {
  const first = await token(exchange)
  try {
    return await ask(first)
  } catch (error) {
    if ((error as ApiError).status !== 401) throw error
    return ask(await renewed(first, exchange))
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
      url: baseUrl() + call.path + queryString(call.query),
      // wx.request knows no PATCH; the server reads the true method from the header.
      method: call.method === 'PATCH' ? 'POST' : call.method,
      header: {
        ...(call.method === 'PATCH' ? { 'X-HTTP-Method-Override': 'PATCH' } : {}),
        ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
        ...call.header,
      },
      data: call.body,
      timeout: call.patienceMs ?? PATIENCE_MS,
      success: (answer) => {
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data as T)
        else reject(refusal(answer.statusCode, answer.data))
      },
      fail: (error) => reject(unanswered(error.errMsg)),
    })
  })
}

function sendFile<T>(file: Upload, bearer: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: baseUrl() + file.path,
      filePath: file.filePath,
      name: 'file',
      formData: file.fields,
      header: { Authorization: `Bearer ${bearer}` },
      timeout: UPLOAD_PATIENCE_MS,
      success: (answer) => {
        // wx.uploadFile hands the answer over as it came, whatever its type.
        const body = parsed(answer.data)
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(body as T)
        else reject(refusal(answer.statusCode, body))
      },
      fail: (error) => reject(unanswered(error.errMsg)),
    })
    task.onProgressUpdate(({ progress }) => file.onProgress(progress))
    file.onStart(() => task.abort())
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // a proxy's page, not ours
  }
}

function queryString(query: Query = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parts.length ? `?${parts.join('&')}` : ''
}
