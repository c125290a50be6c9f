Component({
  properties: {
    name: { type: String, value: '' },
    size: { type: Number, value: 20 },
  },
})
