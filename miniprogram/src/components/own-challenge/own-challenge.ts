// The member's side of the door's question: shows colour and word when asked, and the next ones after a minute.
import * as checkins from '../../api/checkins'
import type { ChallengeOut } from '../../api/types'
import { tellTrouble } from '../../utils/trouble'

const SOONEST_MS = 1000
const MINUTE_MS = 60_000

Component({
  properties: {
    session: { type: String, value: '' },
  },
  data: {
    challenge: null as ChallengeOut | null,
    timer: 0,
  },
  lifetimes: {
    detached() { clearTimeout(this.data.timer) },
  },
  methods: {
    onShow() { void this.ask() },
    async ask() {
      clearTimeout(this.data.timer)
      try {
        const challenge = await checkins.challenge(this.properties.session)
        // By the phone's own clock, within what a minute can be: a wrong clock asks too often at worst.
        const leftMs = Math.min(Math.max(Date.parse(challenge.valid_to) - Date.now(), SOONEST_MS), MINUTE_MS)
        this.setData({ challenge, timer: setTimeout(() => void this.ask(), leftMs) as unknown as number })
      } catch (error) {
        this.setData({ challenge: null })
        tellTrouble(error)
      }
    },
  },
})
