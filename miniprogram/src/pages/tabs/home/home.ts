import * as activities from '../../../api/activities'
import * as spaces from '../../../api/spaces'
import * as menus from '../../../api/menus'
import { asApiError } from '../../../api/errors'
import type { MenuOut } from '../../../api/types'
import { type CardView, cardView } from '../../../utils/activities'
import { sceneOf } from '../../../utils/codes'
import { lookAt, member, place, type Place } from '../../../utils/member'
import { seriesOf, type SeriesView } from '../../../utils/menus'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { monthKey, monthName, shiftMonth } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

const NOTHING = { title: '', foreword: '', revision: 0, changes: [] as MenuOut['changes'] }

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State | 'choose',
    notice: '',
    space: null as Place | null,
    month: '',
    monthLabel: '',
    year: '',
    menu: NOTHING,
    isChangesOpen: false,
    series: [] as SeriesView[],
    picked: '',
    cards: [] as CardView[],
    shown: [] as CardView[],
    past: [] as CardView[],
    isPastOpen: false,
    /** The month's activities when there is no menu yet. */
    isWithoutMenu: false,
  },

  round: 0,
  /** The Space a share card or a message came from, until it is known by name. */
  asked: '',

  async onLoad(query: { space?: string, month?: string, scene?: string }) {
    const { s, m } = sceneOf(query)
    const month = query.month ?? m?.replace(/^(\d{4})(\d\d)$/, '$1-$2')
    this.setMonth(month && /^20\d\d-(0[1-9]|1[0-2])$/.test(month) ? month : monthKey(Date.now()))
    this.asked = query.space ?? s ?? ''
    await this.load()
  },

  async onShow() {
    if (this.data.state === 'loading') return
    const space = await place().catch(() => null)
    if (space?.id !== this.data.space?.id) this.setData({ cards: [], shown: [], past: [], picked: '' })
    await this.load()
  },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    const round = ++this.round
    if (!this.data.cards.length) this.setData({ state: 'loading' })
    try {
      const space = await this.placeAsked()
      if (!space) {
        this.setData({ state: 'choose', space: null })
        return
      }
      this.setData({ space })
      const view = await this.read(space)
      if (round === this.round) this.show(view)
    } catch (error) {
      if (round !== this.round) return
      if (this.data.cards.length) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  async placeAsked(): Promise<Place | null> {
    if (!this.asked) return place()
    const { id, name } = await spaces.show(this.asked)
    lookAt({ id, name })
    this.asked = ''
    return { id, name }
  },

  /** The published menu; without one, whatever the Space offers in that month. */
  async read(space: Place) {
    const now = Date.now()
    try {
      const menu = await menus.show(space.id, this.data.month)
      return { menu, cards: menu.items.map((item) => cardView(item.activity, now, item.blurb)), isWithoutMenu: false }
    } catch (error) {
      if (asApiError(error).status !== 404) throw error
      const page = await activities.index({ space: space.id, month: this.data.month })
      return { menu: NOTHING, cards: page.items.map((each) => cardView(each, now)), isWithoutMenu: true }
    }
  },

  show(view: { menu: typeof NOTHING, cards: CardView[], isWithoutMenu: boolean }) {
    const cards = [...view.cards].sort((a, b) => a.next.dayKey.localeCompare(b.next.dayKey))
    const series = seriesOf(cards)
    const picked = series.some((each) => each.id === this.data.picked) ? this.data.picked : ''
    this.setData({
      state: cards.length ? 'ready' : 'empty',
      notice: '',
      menu: {
        title: view.menu.title, foreword: view.menu.foreword, revision: view.menu.revision, changes: view.menu.changes,
      },
      isWithoutMenu: view.isWithoutMenu,
      cards,
      series,
      picked,
    })
    this.arrange()
  },

  setMonth(month: string) {
    this.setData({ month, monthLabel: monthName(month), year: month.slice(0, 4) })
  },

  onStep(event: WechatMiniprogram.TouchEvent) {
    this.setMonth(shiftMonth(this.data.month, datasetOf<{ by: number }>(event).by))
    this.setData({ cards: [], shown: [], past: [], isPastOpen: false, picked: '', menu: NOTHING, isChangesOpen: false })
    void this.load()
  },

  onSeries(event: WechatMiniprogram.CustomEvent<{ series: string }>) {
    this.setData({ picked: event.detail.series })
    this.arrange()
  },

  /** What is still to come first; what is over stays on the menu, below. */
  arrange() {
    const { cards, picked } = this.data
    const fitting = cards.filter((card) => !picked || card.series.id === picked)
    this.setData({ shown: fitting.filter((card) => !card.next.isOver), past: fitting.filter((card) => card.next.isOver) })
  },

  onPast() { this.setData({ isPastOpen: !this.data.isPastOpen }) },

  onChanges() {
    this.setData({ isChangesOpen: !this.data.isChangesOpen })
  },

  onChange(event: WechatMiniprogram.TouchEvent) {
    goTo(`/pages/activities/detail/detail?id=${datasetOf<{ id: string }>(event).id}`)
  },

  async onSpace() {
    const isFirst = !(await member().catch(() => null))?.home_space
    goTo(`/pages/spaces/choose/choose?for=${isFirst ? 'home' : 'visit'}`)
  },

  onPoster() {
    const { space, month } = this.data
    if (space) goTo(`/pages/menus/poster/poster?space=${space.id}&month=${month}`)
  },

  onIntroduce() {
    const { space } = this.data
    if (space) goTo(`/pages/spaces/detail/detail?id=${space.id}`)
  },

  onShareAppMessage() {
    const { space, month, monthLabel, cards } = this.data
    if (!space) return { title: '心驿：楼里的会客厅', path: '/pages/tabs/home/home' }
    return {
      title: `${space.name} ${monthLabel}菜单，${cards.length} 个活动等您来`,
      path: `/pages/tabs/home/home?space=${space.id}&month=${month}`,
    }
  },
})
