import type { MarkOut, MessageOut } from '../api/types'
import { momentLabel } from './time'

const ICONS: Record<string, string> = {
  cancelled: 'close', changed: 'refresh', promoted: 'ticket', decided: 'info', need_answered: 'chat', duty: 'flag', notice: 'alert', reminder: 'clock', menu: 'calendar', rating: 'smile',
}
const MARKS: Record<MarkOut['state'], string> = { delivered: 'good', waiting: 'hush', not_delivered: 'bad', inbox_only: 'hush' }
const TABS = ['home', 'activities', 'scan', 'needs', 'me'].map((name) => `pages/tabs/${name}/${name}`)

export interface MessageView {
  id: string
  icon: string
  title: string
  body: string
  at: string
  page: string
  isUnread: boolean
  mark: string
  markTone: string
}

export function messageView(message: MessageOut, now: number): MessageView {
  return {
    id: message.id,
    icon: ICONS[message.kind] ?? 'bell',
    title: message.title,
    body: message.body,
    at: momentLabel(message.created_at, now),
    page: message.page,
    isUnread: message.read_at === null,
    mark: message.mark.text,
    markTone: MARKS[message.mark.state],
  }
}

/** How to get to the page a message is about. */
export function routeOf(page: string): { url: string, isTab: boolean } | null {
  if (!page) return null
  const path = page.replace(/^\//, '')
  return { url: `/${path}`, isTab: TABS.includes(path.replace(/\?.*$/, '')) }
}
