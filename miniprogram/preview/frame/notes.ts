// What WeChat would do outside the page: calls, pictures at full size, share cards.

import { el, get } from './dom'

const KEPT = 20
const list = el('div')
const none = el('p', { className: 'hint' }, '打电话、看大图、转发这类事，微信会自己做；这里只记下来。')
get('.notes').replaceChildren(el('h2', {}, '微信做的事'), none, list)

export function note(call: string, options: unknown): void {
  const details = JSON.stringify(options, (_, value: unknown) =>
    value instanceof Element ? undefined : value,
  )
  list.prepend(el('p', { className: 'hint' }, `${call} ${details ?? ''}`))
  while (list.children.length > KEPT) list.lastChild?.remove()
}
