// Who the person is, codes they scan, messages they accept: answered by the phone around.

import { isAnsweringTap } from '../gestures'
import { phone } from '../phone'
import { define, wx } from './api'

const APPID = 'wxsandbox'

interface SubscribeOptions {
  tmplIds: string[]
}

async function scanCode(): Promise<object> {
  const result = await phone.scan()
  if (result === null || result === '') throw new Error('cancel')
  const rawData = btoa(String.fromCharCode(...new TextEncoder().encode(result)))
  return { result, scanType: 'QR_CODE', charSet: 'UTF-8', path: '', rawData }
}

async function subscribe({ tmplIds }: SubscribeOptions): Promise<object> {
  // Trap 19: WeChat opens the pop-up only as the direct answer to a tap.
  if (!isAnsweringTap()) {
    throw Object.assign(new Error('can only be invoked by user TAP gesture.'), { errCode: 20004 })
  }
  return phone.subscribe(tmplIds)
}

/** Put the account into wx. */
export function installAccount(): void {
  define('login', async () => ({ code: await phone.loginCode() }))
  define('checkSession', () => undefined)
  define('scanCode', scanCode)
  define('requestSubscribeMessage', subscribe)
  define('getSetting', () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true } }))
  define('authorize', () => undefined)
  const miniProgram = { appId: APPID, envVersion: 'develop', version: '' }
  wx['getAccountInfoSync'] = () => ({ miniProgram })
}
