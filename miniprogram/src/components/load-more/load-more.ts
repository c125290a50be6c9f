// The foot of a long list.
Component({
  properties: {
    more: { type: String, value: 'idle' },
    end: { type: String, value: '' },
  },
  methods: {
    onRetry() { this.triggerEvent('retry') },
  },
})
