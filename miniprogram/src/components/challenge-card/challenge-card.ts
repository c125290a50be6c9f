// The colour and word of this minute, large enough to be compared across a desk.
import { inkOn } from '../../utils/colors'

Component({
  properties: {
    color: { type: String, value: '#ffffff' },
    name: { type: String, value: '' },
    word: { type: String, value: '' },
    /** What to do with it: other words for the person than for the staff. */
    text: { type: String, value: '请出示给工作人员看' },
  },
  data: { ink: '' },
  observers: {
    color(color: string) { this.setData({ ink: inkOn(color) }) },
  },
})
