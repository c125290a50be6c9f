// The pop-up of wx.requestSubscribeMessage.

import type { SubscribeAnswer } from '../shared/protocol'
import { ask } from './dialogs'
import { el } from './dom'
import { current } from './members'
import { subscribe, wallet } from './sandbox'

/** Ask which messages are welcome, tell the sandbox, return an answer per template. */
export async function askToSubscribe(
  templateIds: string[],
): Promise<Record<string, SubscribeAnswer>> {
  const openid = current()
  const titles = new Map((await wallet(openid)).map((entry) => [entry.template_id, entry.title]))
  const boxes = templateIds.map((id) => el('input', { type: 'checkbox', checked: true, value: id }))
  const lines = boxes.map((box) => el('label', {}, box, titles.get(box.value) ?? box.value))
  const answer = (isAllowed: boolean) => () => {
    const choice = ({ value, checked }: HTMLInputElement): [string, SubscribeAnswer] => [
      value,
      isAllowed && checked ? 'accept' : 'reject',
    ]
    return Object.fromEntries(boxes.map(choice))
  }
  const body = el('div', { className: 'box-body' }, ...lines)
  const results = await ask('允许发送以下消息', [body], [
    { text: '取消', value: answer(false) },
    { text: '允许', value: answer(true), isMain: true },
  ])
  await subscribe(openid, results)
  return results
}
