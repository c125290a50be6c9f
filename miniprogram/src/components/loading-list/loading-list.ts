// The shape of what is about to come.
Component({
  properties: { rows: { type: Number, value: 4 } },
  data: { blocks: [0, 1, 2, 3] },
  observers: {
    rows(rows: number) { this.setData({ blocks: Array.from({ length: rows }, (_, i) => i) }) },
  },
})
