// Messages WeChat delivered, as its "service notifications" show them.

import type { Actions } from '../shared/protocol'
import { el, get, screen } from './dom'
import { current } from './members'
import { messages, type Message } from './sandbox'

const EVERY_MS = 2000
const BANNER_MS = 4000
const LIMIT = 20
const SCENE_MESSAGE = 1107
const time = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
})

let owner = ''
let seen = new Set<string>()

function card(message: Message, open: () => void): HTMLElement {
  const lines = message.rendered.flatMap(({ label, value }) => [
    el('dt', {}, label),
    el('dd', {}, value),
  ])
  const head = el('strong', {}, message.title)
  const when = el('span', { className: 'hint' }, ` ${time.format(new Date(message.at))}`)
  return el('button', { className: 'card', onclick: open }, head, when, el('dl', {}, ...lines))
}

function banner(message: Message, open: () => void): void {
  const first = message.rendered[0]?.value ?? ''
  const element = el('button', { className: 'banner', role: 'alert' }, `服务通知｜${message.title}：${first}`)
  const remove = () => element.remove()
  element.onclick = () => {
    remove()
    open()
  }
  screen.append(element)
  setTimeout(remove, BANNER_MS)
}

async function refresh(actions: () => Actions | undefined): Promise<void> {
  const openid = current()
  const delivered = await messages(openid, LIMIT)
  if (openid !== current()) return // the phone changed hands meanwhile
  const isFirstLook = owner !== openid
  const fresh = delivered.filter(({ id }) => !seen.has(id))
  owner = openid
  seen = new Set(delivered.map(({ id }) => id))
  const open = ({ page }: Message) => () => actions()?.launch(`/${page}`, SCENE_MESSAGE)
  if (!isFirstLook) for (const each of fresh) banner(each, open(each))
  const cards = delivered.reverse().map((each) => card(each, open(each)))
  const none = el('p', { className: 'hint' }, '还没有消息。')
  get('.messages').replaceChildren(el('h2', {}, '微信消息'), ...(cards.length ? cards : [none]))
}

/** Look for messages for as long as somebody looks at this page. */
export function followMessages(actions: () => Actions | undefined): void {
  const look = async () => {
    try {
      if (!document.hidden) await refresh(actions)
    } catch (error) {
      const hint = el('p', { className: 'hint' }, `收不到：${(error as Error).message}`)
      get('.messages').replaceChildren(el('h2', {}, '微信消息'), hint)
    }
    setTimeout(() => void look(), EVERY_MS)
  }
  void look()
}
