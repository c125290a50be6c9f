import * as activities from '../../../api/activities'
import { heldSlot, type SlotDay, slotDays, type SlotView } from '../../../utils/plans'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    title: '',
    minutes: 0,
    isOneEach: false,
    held: '',
    days: [] as SlotDay[],
    day: '',
    slots: [] as SlotView[],
  },

  id: '',

  onLoad(query: { activity?: string }) { this.id = query.activity ?? '' },
  onShow() { void this.load() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const activity = await activities.show(this.id)
      const now = Date.now()
      const days = slotDays(activity, now)
      this.setData({
        state: days.length ? 'ready' : 'empty', title: activity.title, minutes: activity.slot_minutes ?? 0,
        isOneEach: activity.one_session_each, held: heldSlot(activity, now), days,
      })
      this.look(days.find((each) => each.key === this.data.day) ?? days.find((each) => each.free > 0) ?? days[0])
    } catch (error) {
      if (this.data.days.length) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  onDay(event: WechatMiniprogram.TouchEvent) {
    this.look(this.data.days.find((each) => each.key === datasetOf<{ key: string }>(event).key))
  },

  look(day?: SlotDay) { this.setData({ day: day?.key ?? '', slots: day?.slots ?? [] }) },

  onSlot(event: WechatMiniprogram.TouchEvent) {
    const slot = this.data.slots.find((each) => each.id === datasetOf<{ id: string }>(event).id)
    if (!slot?.act) return
    if (slot.isMine) return this.onMine()
    if (slot.act === 'held') {
      void wx.showToast({ title: '每人约一个时段，要换请先取消原来的', icon: 'none', duration: 3000 })
      return
    }
    goTo(`/pages/signups/edit/edit?activity=${this.id}&session=${slot.id}${slot.act === 'join_waitlist' ? '&waitlist=1' : ''}`)
  },

  onMine() { goTo('/pages/signups/mine/mine') },
})
