import type { QuestionView } from '../../utils/questions'

// The questions of an activity or of a kind of need, each with its field.
Component({
  properties: {
    items: { type: Array, value: [] as QuestionView[] },
  },
  methods: {
    onText(event: WechatMiniprogram.Input) {
      const { key } = event.currentTarget.dataset as { key: string }
      this.triggerEvent('answer', { key, answer: event.detail.value })
    },
    onChoice(event: WechatMiniprogram.TouchEvent) {
      const { key, value } = event.currentTarget.dataset as { key: string, value: string }
      this.triggerEvent('answer', { key, answer: value })
    },
  },
})
