import * as activities from '../../../api/activities'
import type { ActivityOut } from '../../../api/types'
import { calendarOf, type CalendarWeek, type CardView, cardView } from '../../../utils/activities'
import { place, type Place } from '../../../utils/member'
import { seriesOf, type SeriesView } from '../../../utils/menus'
import { type More, Pager } from '../../../utils/pager'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { dayKey, dayLabel, monthKey } from '../../../utils/time'
import { type State, trouble } from '../../../utils/trouble'

const GOALS = ['吃得更健康', '聊得更田园', '想得更通达', '政策更明了', '社群更丰富']

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    more: 'idle' as More,
    mode: 'list' as 'list' | 'calendar',
    space: null as Place | null,
    month: '',
    items: [] as CardView[],
    series: [] as SeriesView[],
    picked: '',
    goals: GOALS.map((name) => ({ name, isOn: false })),
    goal: '',
    isFiltering: false,
    upcoming: [] as CardView[],
    past: [] as CardView[],
    isPastOpen: false,
    weeks: [] as CalendarWeek[],
    day: '',
    dayLabel: '',
    ofDay: [] as CardView[],
  },

  pager: null as Pager<ActivityOut, CardView> | null,

  async onLoad() {
    this.setData({ month: monthKey(Date.now()), day: dayKey(Date.now()) })
    this.pager = new Pager(
      (cursor) => activities.index({ space: this.data.space?.id, month: this.data.month }, cursor, 50),
      (each) => cardView(each, Date.now()),
      (patch) => {
        this.setData(patch)
        if (patch.items) this.arrange()
      },
    )
    await this.load()
  },

  async onShow() {
    if (this.data.state !== 'loading') await this.load()
  },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  onReachBottom() {
    void this.pager?.more()
  },

  async load() {
    try {
      const space = await place()
      const isAnother = space?.id !== this.data.space?.id
      this.setData({ space })
      await (isAnother ? this.pager?.another() : this.pager?.first())
    } catch (error) {
      if (!this.data.items.length) this.setData(trouble(error))
    }
  },

  /** Sort what was read into what the page shows, by the filters and the day chosen. */
  arrange() {
    const { items, picked, goal, day, month, mode, more } = this.data
    const fitting = items.filter((card) => (!picked || card.series.id === picked) && (!goal || card.goals.includes(goal)))
    const now = Date.now()
    this.setData({
      series: seriesOf(items),
      upcoming: fitting.filter((card) => !card.next.isOver),
      past: fitting.filter((card) => card.next.isOver),
      weeks: calendarOf(month, fitting, dayKey(now)),
      ofDay: fitting.filter((card) => card.days.includes(day)),
      dayLabel: dayLabel(`${day}T04:00:00Z`, now),
    })
    // A calendar with half its days is wrong, so it reads on by itself.
    if (mode === 'calendar' && more === 'idle') void this.pager?.more()
  },

  onMode(event: WechatMiniprogram.TouchEvent) {
    this.setData({ mode: datasetOf<{ mode: 'list' | 'calendar' }>(event).mode })
    this.arrange()
  },

  onMonth(event: WechatMiniprogram.CustomEvent<{ month: string }>) {
    const { month } = event.detail
    const today = dayKey(Date.now())
    this.setData({ month, items: [], upcoming: [], past: [], isPastOpen: false, day: today.startsWith(month) ? today : `${month}-01` })
    void this.pager?.another()
  },

  onSeries(event: WechatMiniprogram.CustomEvent<{ series: string }>) {
    this.setData({ picked: event.detail.series })
    this.arrange()
  },

  onGoal(event: WechatMiniprogram.TouchEvent) {
    const { name } = datasetOf<{ name: string }>(event)
    const goal = name === this.data.goal ? '' : name
    this.setData({ goal, goals: GOALS.map((each) => ({ name: each, isOn: each === goal })), isFiltering: false })
    this.arrange()
  },

  onFilter() { this.setData({ isFiltering: true }) },
  onFilterClosed(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) { this.setData({ isFiltering: event.detail.visible }) },

  onClear() {
    this.setData({ picked: '', goal: '', goals: GOALS.map((name) => ({ name, isOn: false })), isFiltering: false })
    this.arrange()
  },

  onPast() { this.setData({ isPastOpen: !this.data.isPastOpen }) },

  onDay(event: WechatMiniprogram.TouchEvent) {
    this.setData({ day: datasetOf<{ day: string }>(event).day })
    this.arrange()
  },

  onSpace() { goTo('/pages/spaces/choose/choose?for=visit') },
  onMore() { void this.pager?.more() },
})
