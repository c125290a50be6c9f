const DRAWN = ['lamp', 'signpost-split', 'door-open', 'water', 'heart-pulse', 'flower1', 'music-note-beamed']

// The mark of a series: a white sign on a tile of its colour, or (plain) the sign alone.
Component({
  properties: {
    icon: { type: String, value: '' },
    color: { type: String, value: '#1f5a52' },
    size: { type: Number, value: 40 },
    plain: { type: Boolean, value: false },
  },
  data: { name: 'other' },
  observers: {
    icon(icon: string) { this.setData({ name: DRAWN.includes(icon) ? icon : 'other' }) },
  },
})
