import * as notifications from '../../../api/notifications'
import type { WalletKindOut } from '../../../api/types'
import { ask, askable, lasts, WHAT_FOR } from '../../../utils/reminders'
import { datasetOf, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

// WeChat tells the server by itself, a moment after the pop-up closed.
const SETTLE_MS = 1500

interface Line extends WalletKindOut {
  canAsk: boolean
  isForGood: boolean
  hint: string
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    items: [] as Line[],
    total: 0,
    busy: '',
    sentence: '',
  },

  onLoad() { void this.load() },

  async load() {
    try {
      const { items } = await notifications.wallet()
      this.setData({
        state: 'ready',
        items: items.map((each) => ({ ...each, canAsk: askable(items, [each.kind]).length > 0, isForGood: lasts(each), hint: hintOf(each) })),
        total: items.reduce((sum, each) => sum + (each.is_lasting ? 0 : each.balance), 0),
      })
    } catch (error) {
      if (this.data.state === 'ready') tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  async onAsk(event: WechatMiniprogram.TouchEvent) {
    const { kind } = datasetOf<{ kind: string }>(event)
    const wanted = askable(this.data.items, [kind])
    if (this.data.busy || !wanted.length) return
    const asking = ask(wanted)
    this.setData({ busy: kind })
    const { granted, sentence } = await asking
    this.setData({ sentence })
    if (granted.length) await new Promise((resolve) => { setTimeout(resolve, SETTLE_MS) })
    await this.load()
    this.setData({ busy: '' })
  },
})

function hintOf({ kind, is_refused: isRefused, sentence }: WalletKindOut): string {
  return isRefused ? sentence : (WHAT_FOR[kind] ?? sentence)
}
