import type { CardView } from '../../utils/activities'
import { goTo } from '../../utils/screen'

// An activity as a dish on the menu: the day, what it is, and where one stands with it.
Component({
  properties: {
    card: { type: Object, value: {} as CardView },
    showSpace: { type: Boolean, value: false },
  },
  methods: {
    onOpen() {
      const { id } = this.data.card as CardView
      goTo(`/pages/activities/detail/detail?id=${id}`)
    },
  },
})
