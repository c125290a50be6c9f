// wx storage in the browser's, for each member's phone apart.

import { phone } from '../phone'
import { define, wx } from './api'

interface Entry {
  key: string
  data?: unknown
}

const PREFIX = `wx:${phone.owner()}:`
const LIMIT_KB = 10 * 1024

const keys = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length))
const read = (key: string) => localStorage.getItem(PREFIX + key)
const remove = (key: string) => localStorage.removeItem(PREFIX + key)
const write = (key: string, data: unknown) =>
  localStorage.setItem(PREFIX + key, JSON.stringify(data ?? null))
const clear = () => keys().forEach(remove)
/** What is not there is "", not undefined: WeChat's way. */
const parsed = (key: string) => JSON.parse(read(key) ?? '""') as unknown

function get({ key }: Entry): object {
  if (read(key) === null) throw new Error('data not found')
  return { data: parsed(key) }
}

/** Put the storage into wx. */
export function installStorage(): void {
  const info = () => ({ keys: keys(), currentSize: 0, limitSize: LIMIT_KB })
  Object.assign(wx, {
    setStorageSync: write,
    getStorageSync: parsed,
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: info,
  })
  define<Entry>('setStorage', ({ key, data }) => write(key, data))
  define<Entry>('getStorage', get)
  define<Entry>('removeStorage', ({ key }) => remove(key))
  define('clearStorage', clear)
  define('getStorageInfo', info)
}
