// A list with nothing in it, said kindly, with what can be done about it.
Component({
  properties: {
    icon: { type: String, value: 'sun' },
    title: { type: String, value: '' },
    text: { type: String, value: '' },
    action: { type: String, value: '' },
  },
  methods: {
    onAct() { this.triggerEvent('act') },
  },
})
