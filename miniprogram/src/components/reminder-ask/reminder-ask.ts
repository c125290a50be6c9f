import * as notifications from '../../api/notifications'
import type { WalletKindOut } from '../../api/types'
import { ask, askable } from '../../utils/reminders'

// Offers to top up the reminder wallet where it makes sense. Hidden when there is nothing to ask.
Component({
  properties: {
    kinds: { type: Array, value: [] as string[] },
    title: { type: String, value: '要微信提醒您吗？' },
    text: { type: String, value: '' },
    action: { type: String, value: '开启提醒' },
  },
  data: {
    state: 'hidden' as 'hidden' | 'ready' | 'asking' | 'asked',
    sentence: '',
    wanted: [] as WalletKindOut[],
  },
  lifetimes: {
    async attached() {
      try {
        const wallet = await notifications.wallet()
        const wanted = askable(wallet.items, this.data.kinds as string[])
        if (wanted.length) this.setData({ wanted, state: 'ready' })
      } catch (error) {
        console.warn('no wallet, so nothing is asked', error)
      }
    },
  },
  methods: {
    async onAsk() {
      if (this.data.state !== 'ready') return
      const asking = ask(this.data.wanted) // before anything else: WeChat wants it inside the tap
      this.setData({ state: 'asking' })
      const { sentence } = await asking
      this.setData({ state: 'asked', sentence })
      this.triggerEvent('asked')
    },
  },
})
