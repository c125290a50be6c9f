import { type AskedView, pickOption } from '../../utils/asked'

// The questions of a survey or a season, each with its field; tells which one changed, and into what.
Component({
  properties: {
    items: { type: Array, value: [] as AskedView[] },
  },
  methods: {
    onOption(event: WechatMiniprogram.TouchEvent) {
      const { at, value } = event.currentTarget.dataset as { at: number, value: string }
      this.tell(at, pickOption(this.data.items[at] as AskedView, value))
    },
    onText(event: WechatMiniprogram.Input) {
      const { at } = event.currentTarget.dataset as { at: number }
      this.tell(at, { ...this.data.items[at] as AskedView, answer: event.detail.value, error: '' })
    },
    tell(at: number, asked: AskedView) { this.triggerEvent('asked', { at, asked }) },
  },
})
