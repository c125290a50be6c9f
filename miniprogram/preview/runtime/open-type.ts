// <button open-type="…">: what WeChat would answer, taken from the phone around.

import { phone } from './phone'
import { call, top } from './stack'

interface Answer {
  event: string
  detail: () => Promise<object>
}

const phoneNumber = async () => ({ errMsg: 'getPhoneNumber:ok', code: await phone.phoneCode() })

const ANSWERS: Record<string, Answer> = {
  getPhoneNumber: { event: 'getphonenumber', detail: phoneNumber },
  getRealtimePhoneNumber: { event: 'getrealtimephonenumber', detail: phoneNumber },
  chooseAvatar: { event: 'chooseavatar', detail: chooseAvatar },
  agreePrivacyAuthorization: { event: 'agreeprivacyauthorization', detail: async () => ({}) },
  openSetting: { event: 'opensetting', detail: async () => ({ authSetting: {} }) },
}

async function chooseAvatar(): Promise<object> {
  const [file] = await phone.chooseFiles('image/*', false)
  return { avatarUrl: file ? URL.createObjectURL(file) : '' }
}

/** Share the page on top and tell what the card would say. */
export function share(from: 'menu' | 'button', target?: unknown): void {
  const page = top()
  if (!page) return
  const card = call(page, 'onShareAppMessage', { from, target })
  phone.note('onShareAppMessage', card ?? { title: '（这一页没有自己的分享卡片）' })
}

/** Answer a tap if it fell on a button that opens something of WeChat's. */
export async function answerOpenType(touched: Element): Promise<void> {
  const button = touched.closest('wx-button')
  const type = button?.getAttribute('open-type')
  if (!button || !type || button.getAttribute('disabled') === 'true') return
  if (type === 'share') return share('button', button)
  const answer = ANSWERS[type]
  if (!answer) return phone.note(`open-type="${type}"`, {})
  button.dispatchEvent(new CustomEvent(answer.event, { detail: await answer.detail() }))
}
