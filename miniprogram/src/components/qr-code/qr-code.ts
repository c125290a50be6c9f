// A code drawn on the phone: dark on white with the quiet edge scanners need, whatever lies around it.
Component({
  properties: {
    value: { type: String, value: '' },
    size: { type: Number, value: 240 },
    label: { type: String, value: '二维码' },
  },
})
