/** Who this phone is logged in as: one token, kept on the phone, and one log-in at a time. */

import { unanswered } from './api/errors'
import { keep } from './utils/storage'

const KEY = 'token'

/** Exchanges the one-time code of wx.login for a token. */
export type Exchange = (code: string) => Promise<string>

let flight: Promise<string> | null = null
// Beside the storage: a full one must not keep anybody out, the token then lives as long as this visit.
let known = ''

/** The token kept, or a new one when there is none. */
export function token(exchange: Exchange): Promise<string> {
  known ||= wx.getStorageSync<string>(KEY)
  return known ? Promise.resolve(known) : logIn(exchange)
}

/** A token other than `stale`: the one somebody else fetched meanwhile, or a new one. */
export function renewed(stale: string, exchange: Exchange): Promise<string> {
  if (known && known !== stale) return Promise.resolve(known)
  return logIn(exchange)
}

/** Forget the token; the next call logs in anew. */
export function forget(): void {
  known = ''
  wx.removeStorageSync(KEY)
}

function logIn(exchange: Exchange): Promise<string> {
  flight ??= fresh(exchange).finally(() => { flight = null })
  return flight
}

async function fresh(exchange: Exchange): Promise<string> {
  known = await exchange(await code())
  keep(KEY, known)
  return known
}

function code(): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.login({ timeout: 8000, success: (got) => resolve(got.code), fail: (error) => reject(unanswered(error.errMsg)) })
  })
}
