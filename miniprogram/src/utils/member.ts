/** Who is using the phone and which Space they look at: asked once, told to every page. */

import * as users from '../api/users'
import type { UserOut } from '../api/types'
import { keep, kept } from './storage'

export interface Place {
  id: string
  name: string
}

const KEY = 'place'
let known: Promise<UserOut> | null = null
let looked: Place | null = null

/** The member; `fresh` asks the server again. */
export function member(fresh = false): Promise<UserOut> {
  if (!known || fresh) {
    const asking = users.me()
    known = asking
    asking.catch(() => { if (known === asking) known = null })
  }
  return known
}

/** What a change of the profile answered; every page sees it from now on. */
export function changed(user: UserOut): void {
  known = Promise.resolve(user)
}

/** Nobody is known any more (注销). */
export function forgetMember(): void {
  known = null
  looked = null
  wx.removeStorageSync(KEY)
}

/** The Space the pages show: the one last looked at, else the member's own, else none yet. */
export async function place(): Promise<Place | null> {
  looked ??= kept<Place | null>(KEY, null)
  if (looked) return looked
  return (await member()).home_space
}

/** Look at another Space from now on. */
export function lookAt(space: Place): void {
  looked = space
  keep(KEY, space)
}
