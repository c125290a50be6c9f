import * as spaces from '../../../api/spaces'
import type { SpaceOut, VenueOut } from '../../../api/types'
import { dateLabel } from '../../../utils/time'
import { textScale } from '../../../utils/screen'
import { type State, trouble } from '../../../utils/trouble'

const ROLES: Record<VenueOut['role'], string> = { main: '主阵地', auxiliary: '辅助阵地', external: '合作场地' }

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    space: null as SpaceOut | null,
    story: [] as { on: string, text: string }[],
    venues: [] as { id: string, name: string, role: string, facts: string, zones: string[] }[],
    keepers: '',
  },

  id: '',

  onLoad(query: { id?: string }) {
    this.id = query.id ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const space = await spaces.show(this.id)
      this.setData({
        state: 'ready', space, venues: space.venues.map(venueView), keepers: space.keepers.join('、'),
        story: space.milestones.map(({ on, text }) => ({ on: dateLabel(on), text })),
      })
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  onCall() {
    const phone = this.data.space?.phone
    // Closing the phone's own question is no trouble.
    if (phone) wx.makePhoneCall({ phoneNumber: phone, fail: () => undefined })
  },
})

function venueView(venue: VenueOut) {
  const facts = [venue.floor, venue.area_m2 ? `${venue.area_m2} 平方米` : '', venue.capacity ? `可容 ${venue.capacity} 人` : '', venue.opening_hours]
  return {
    id: venue.id, name: venue.name, role: ROLES[venue.role], facts: facts.filter(Boolean).join(' · '),
    zones: venue.zones.map((zone) => (zone.purpose ? `${zone.name}：${zone.purpose}` : zone.name)),
  }
}
