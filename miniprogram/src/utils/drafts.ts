/** Words being written, kept on the phone until they were sent. */

import { keep, kept } from './storage'

const KEY = 'draft:'

/** Keep a draft. Returns false when the phone's storage is full: the words are only on the screen then. */
export const keepDraft = (name: string, draft: object): boolean => keep(KEY + name, draft)
export const draftOf = <T extends object>(name: string): T | null => kept<T | null>(KEY + name, null)
export const dropDraft = (name: string): void => wx.removeStorageSync(KEY + name)
