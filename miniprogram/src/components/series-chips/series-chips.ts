// The series there are, one of them chosen or none.
Component({
  properties: {
    items: { type: Array, value: [] },
    value: { type: String, value: '' },
  },
  methods: {
    onPick(event: WechatMiniprogram.TouchEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      if (id !== this.data.value) this.triggerEvent('change', { series: id })
    },
  },
})
