/** Asking for reminders: only in a tap, at most three kinds at once, never twice for a kind in one visit. */

import * as notifications from '../api/notifications'
import type { WalletKindOut } from '../api/types'

const AT_ONCE = 3
const asked = new Set<string>()
type Answer = 'accept' | 'acceptWithAudio' | 'reject' | 'ban' | 'filter'

/** What each kind of reminder is good for. */
export const WHAT_FOR: Record<string, string> = {
  cancelled: '报名的活动取消了',
  changed: '报名的活动改了时间或地点',
  promoted: '候补有名额了',
  decided: '报名有结果了',
  need_answered: '诉求有答复了',
  duty: '有工作要办、快到期了',
  reminder: '报名的活动快开始了',
  menu: '下个月的菜单出来了',
  rating: '参加过的活动请您评价',
}

/** The kinds of the wallet that may still be asked for in this visit: none that lasts and was accepted,
 * and never lasting and one-time ones together, which WeChat refuses. */
export function askable(wallet: WalletKindOut[], kinds: string[]): WalletKindOut[] {
  const wanted = wallet.filter((each) => kinds.includes(each.kind) && each.template_id && !asked.has(each.kind) && !lasts(each))
  return wanted.filter((each) => each.is_lasting === wanted[0]?.is_lasting).slice(0, AT_ONCE)
}

/** Accepted once and for good. */
export function lasts({ is_lasting: isLasting, balance }: WalletKindOut): boolean {
  return isLasting && balance > 0
}

export interface Asked {
  granted: string[]
  sentence: string
}

/** Open WeChat's pop-up. Must be called first thing in a tap handler: WeChat refuses it later. */
export async function ask(kinds: WalletKindOut[]): Promise<Asked> {
  kinds.forEach((each) => asked.add(each.kind))
  let answers: Record<string, string>
  try {
    answers = (await wx.requestSubscribeMessage({ tmplIds: kinds.map((each) => each.template_id) })) as unknown as Record<string, string>
  } catch (error) {
    return { granted: [], sentence: refusalOf(error) }
  }
  const results: Record<string, Answer> = {}
  for (const each of kinds) {
    if (each.template_id in answers) results[each.template_id] = answers[each.template_id] as Answer
  }
  const granted = kinds.filter((each) => (results[each.template_id] ?? '').startsWith('accept')).map((each) => each.title)
  // A hint only, WeChat itself tells the server; a lost one changes nothing.
  if (Object.keys(results).length) notifications.accepts(results).catch((error: unknown) => console.warn('accepts not told', error))
  return { granted, sentence: granted.length ? `好的，会用微信告诉您：${granted.join('、')}` : '没有开启。消息仍会出现在“我的 · 消息”里' }
}

/** Begin a new visit: everything may be asked once again. */
export function newVisit(): void {
  asked.clear()
}

function refusalOf(error: unknown): string {
  const code = (error as { errCode?: number }).errCode
  if (code === 20004) return '微信里关闭了订阅消息，可在右上角“设置”里打开'
  return '没有开启。消息仍会出现在“我的 · 消息”里'
}
