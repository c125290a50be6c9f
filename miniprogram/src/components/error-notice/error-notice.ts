// Something did not come: says what, and lets the person try again.
Component({
  properties: {
    offline: { type: Boolean, value: false },
    text: { type: String, value: '' },
  },
  methods: {
    onRetry() { this.triggerEvent('retry') },
  },
})
