// What came of a scan, in one word that can be read at arm's length.
import type { Outcome } from '../../door/outcomes'

Component({
  properties: {
    outcome: { type: Object, value: null as Outcome | null },
  },
})
