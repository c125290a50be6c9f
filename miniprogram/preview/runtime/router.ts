// wx.navigateTo and its kin.

import { EventChannel } from './event-channel'
import { changeTab, close, closeAll, config, hide, isTab, open, show, stack, top, type Query } from './stack'

const DEEPEST = 10

export interface Target {
  url: string
}

interface NavigateTarget extends Target {
  events?: Record<string, (...args: unknown[]) => void>
}

/**
 * Return the page of a URL and its query. Throws when there is no such page.
 *
 * Trap 18: as in WeChat the query arrives as it is written: who encodes a value decodes it.
 */
export function parseUrl(url: string): { path: string; query: Query } {
  const [name = '', search = ''] = url.split('?', 2)
  const base = `http://program/${top()?.path ?? ''}`
  const path = new URL(name, base).pathname.slice(1)
  if (!config.pages.includes(path)) throw new Error(`page "${path}" is not found`)
  const pairs = search.split('&').filter((pair) => pair !== '')
  const query = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  })
  return { path, query: Object.fromEntries(query) }
}

function ordinary(url: string, call: string): { path: string; query: Query } {
  const parsed = parseUrl(url)
  if (isTab(parsed.path)) throw new Error(`can not ${call} a tabbar page`)
  return parsed
}

export const router = {
  navigateTo({ url, events }: NavigateTarget): { eventChannel: EventChannel } {
    const { path, query } = ordinary(url, 'navigateTo')
    if (stack.length >= DEEPEST) throw new Error('webview count limit exceed')
    const [eventChannel, theirs] = EventChannel.pair(events)
    const below = top()
    if (below) hide(below)
    open(path, query, theirs)
    return { eventChannel }
  },

  redirectTo({ url }: Target): void {
    const { path, query } = ordinary(url, 'redirectTo')
    const replaced = stack.pop()
    if (replaced) close(replaced)
    open(path, query)
  },

  navigateBack({ delta = 1 }: { delta?: number } = {}): void {
    const count = Math.min(delta, stack.length - 1)
    if (count < 1) return
    for (const page of stack.splice(-count).reverse()) close(page)
    show(top()!)
  },

  reLaunch({ url }: Target): void {
    const { path, query } = parseUrl(url)
    closeAll()
    open(path, query)
  },

  switchTab({ url }: Target): void {
    const { path } = parseUrl(url)
    if (!isTab(path)) throw new Error('can not switchTab to no-tabBar page')
    if (top()?.path === path) return
    const kept = changeTab(path)
    if (kept) show(kept)
    // WeChat gives a tab page no query this way.
    else open(path, {})
  },
}
