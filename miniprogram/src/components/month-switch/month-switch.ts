import { shiftMonth } from '../../utils/time'

// One month back, one month on.
Component({
  properties: { month: { type: String, value: '' } },
  data: { label: '' },
  observers: {
    month(month: string) { if (month) this.setData({ label: `${month.slice(0, 4)}年${Number(month.slice(5))}月` }) },
  },
  methods: {
    onStep(event: WechatMiniprogram.TouchEvent) {
      const { by } = event.currentTarget.dataset as { by: number }
      this.triggerEvent('change', { month: shiftMonth(this.data.month, by) })
    },
  },
})
