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

/** The album of a phone is the download folder here. */
export function download(file: Blob, name: string): void {
  const href = URL.createObjectURL(file)
  el('a', { href, download: name }).click()
  const open = el('a', { href, target: '_blank' }, name)
  list.prepend(el('p', { className: 'hint' }, '存到相册（这里是浏览器的下载）：', open))
}
