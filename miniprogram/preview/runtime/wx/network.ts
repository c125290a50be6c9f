// wx.request, uploadFile, downloadFile on fetch.

import type { Data } from '../engine'
import { fileOf, keepFile } from './files'
import { failure, settle, wx, type Callbacks } from './api'

const TIMEOUT_MS = 60_000

type Progress = (state: { progress: number; totalBytesSent: number; totalBytesExpectedToSend: number }) => void

interface Common extends Callbacks {
  url: string
  header?: Record<string, string>
  timeout?: number
}

interface RequestOptions extends Common {
  method?: string
  data?: unknown
  dataType?: string
  responseType?: string
}

interface UploadOptions extends Common {
  filePath: string
  name: string
  formData?: Record<string, string>
}

type Work<O> = (options: O, signal: AbortSignal, listeners: Set<Progress>) => Promise<Data>

/** The program keeps its real address; whoever serves this page answers in its place. */
export const here = (url: string) => url.replace(/^https?:\/\/[^/]+/, location.origin)

const capital = (name: string) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
const headersOf = (answer: Response) =>
  Object.fromEntries([...answer.headers].map(([name, value]) => [capital(name), value]))
const lowered = (header: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))

function task<O extends Common>(name: string, work: Work<O>): void {
  wx[name] = (options: O) => {
    const abort = new AbortController()
    const listeners = new Set<Progress>()
    const ms = options.timeout ?? TIMEOUT_MS
    const timer = ms > 0 ? setTimeout(() => abort.abort('timeout'), ms) : undefined
    const outcome = work(options, abort.signal, listeners)
      .then((result) => ({ errMsg: `${name}:ok`, ...result }))
      .catch((error: unknown) => {
        throw failure(name, abort.signal.aborted ? String(abort.signal.reason) : error)
      })
      .finally(() => clearTimeout(timer))
    settle(outcome, options)
    const ignore = () => undefined
    return {
      abort: () => abort.abort('abort'),
      onHeadersReceived: ignore,
      offHeadersReceived: ignore,
      onProgressUpdate: (listener: Progress) => void listeners.add(listener),
      offProgressUpdate: (listener: Progress) => void listeners.delete(listener),
    }
  }
}

function withQuery(url: string, data: unknown): string {
  if (typeof data !== 'object' || data === null) return url
  const full = new URL(url, location.href)
  for (const [name, value] of Object.entries(data)) {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    if (value !== undefined) full.searchParams.set(name, text)
  }
  return full.href
}

function bodyOf(data: unknown, contentType: string): BodyInit | undefined {
  if (data === undefined) return undefined
  if (typeof data === 'string' || data instanceof ArrayBuffer) return data
  if (contentType.includes('urlencoded')) return new URLSearchParams(data as Record<string, string>)
  return JSON.stringify(data)
}

async function read(answer: Response, { dataType = 'json', responseType }: RequestOptions) {
  if (responseType === 'arraybuffer') return answer.arrayBuffer()
  const text = await answer.text()
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text // as WeChat does with what is not JSON
  }
}

async function request(options: RequestOptions, signal: AbortSignal): Promise<Data> {
  const method = (options.method ?? 'GET').toUpperCase()
  const headers = { 'content-type': 'application/json', ...lowered(options.header) }
  const isQuery = method === 'GET' || method === 'HEAD'
  const url = isQuery ? withQuery(here(options.url), options.data) : here(options.url)
  const body = isQuery ? undefined : bodyOf(options.data, headers['content-type'])
  const answer = await fetch(url, { method, headers, body, signal, credentials: 'omit' })
  const data = await read(answer, options)
  // Any status is a success, as in WeChat.
  return { data, statusCode: answer.status, header: headersOf(answer), cookies: [] }
}

/** By the older of a browser's two ways: only that one tells how far an upload is. */
async function upload(options: UploadOptions, signal: AbortSignal, listeners: Set<Progress>): Promise<Data> {
  const form = new FormData()
  for (const [name, value] of Object.entries(options.formData ?? {})) form.append(name, value)
  const file = await fileOf(options.filePath)
  form.append(options.name, file, file instanceof File ? file.name : 'file')
  const { 'content-type': _, ...headers } = lowered(options.header) // the browser knows the boundary
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    call.open('POST', here(options.url))
    for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value)
    call.upload.onprogress = ({ loaded, total }) => {
      const progress = Math.round((100 * loaded) / Math.max(1, total))
      const state = { progress, totalBytesSent: loaded, totalBytesExpectedToSend: total }
      listeners.forEach((listener) => listener(state))
    }
    call.onload = () => resolve({ data: call.responseText, statusCode: call.status })
    call.onerror = () => reject(new Error('network error'))
    call.onabort = () => reject(new Error('abort'))
    signal.addEventListener('abort', () => call.abort())
    call.send(form)
  })
}

async function download({ url, header }: Common, signal: AbortSignal): Promise<Data> {
  const answer = await fetch(here(url), { headers: header, signal, credentials: 'omit' })
  return { tempFilePath: keepFile(await answer.blob()), statusCode: answer.status }
}

/** Put the network into wx. */
export function installNetwork(): void {
  task('request', request)
  task('uploadFile', upload)
  task('downloadFile', download)
}
