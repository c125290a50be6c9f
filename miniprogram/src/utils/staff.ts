/** What the tabs know of the staff's part, which is a package of its own. */

import { keep, kept } from './storage'

const KEY = 'is_staff'
/** Under which the staff's part keeps its check-ins (`pages/staff/door/queue.ts`). */
export const QUEUE_KEY = 'door:queue'

/** Whether this person is staff, as last told. */
export const isStaff = (): boolean => kept(KEY, false)

export function noteStaff(is: boolean): void {
  if (is === isStaff()) return
  keep(KEY, is)
  if (!is) dropLists()
}

/** Who is staff no longer carries no lists of people about; what was scanned still waits for its verdict. */
function dropLists(): void {
  const keys = wx.getStorageInfoSync().keys.filter((each) => each.startsWith('door:') && each !== QUEUE_KEY)
  keys.forEach((key) => wx.removeStorageSync(key))
}

/** Check-ins taken without a network that no server has seen yet. */
export const waitingCheckins = (): number =>
  kept<{ verdict: unknown }[]>(QUEUE_KEY, []).filter((each) => !each.verdict).length
