// The WeChat sandbox's control calls, through the server that hands out this page.

export interface Member {
  openid: string
  phone: string
}

export interface WalletEntry {
  template_id: string
  title: string
  remaining: number
}

export interface Message {
  id: string
  title: string
  page: string
  at: string
  rendered: { label: string; value: string }[]
}

export type Scanned =
  | { opens: 'mini-program'; path: string; scene: number }
  | { opens: 'browser'; url: string; reason: string }

async function call<T>(path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`sandbox/${path}`, { ...init, headers })
  const told = (await answer.json()) as T & { detail?: string }
  if (!answer.ok) throw new Error(told.detail ?? `the sandbox answers ${answer.status}`)
  return told
}

const user = (openid: string) => `users/${encodeURIComponent(openid)}`

export const members = () => call<Member[]>('users')
export const addMember = () => call<Member>('users', {})
export const loginCode = async (openid: string) =>
  (await call<{ code: string }>(`${user(openid)}/login`, {})).code
export const phoneCode = async (openid: string) =>
  (await call<{ code: string }>(`${user(openid)}/phone-code`, {})).code
export const wallet = (openid: string) => call<WalletEntry[]>(`${user(openid)}/wallet`)
export const subscribe = (openid: string, results: Record<string, string>) =>
  call<unknown>(`${user(openid)}/subscribe`, { results })
export const messages = (openid: string, limit: number) =>
  call<Message[]>(`messages?openid=${encodeURIComponent(openid)}&limit=${limit}`)
export const scan = (url: string, rules?: object[]) => call<Scanned>('scan', { url, rules })
