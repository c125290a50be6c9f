import { asApiError } from '../../../api/errors'
import type { NoShowOut } from '../../../api/types'
import * as users from '../../../api/users'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { footprintView, type FootprintView, markView, type MarkView } from '../../../utils/footprints'
import { type More, Pager } from '../../../utils/pager'
import { datasetOf, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    footprint: null as FootprintView | null,
    items: [] as MarkView[],
    more: 'idle' as More,
    effect: '',
    appealing: null as MarkView | null,
    text: '',
    error: '',
    isBusy: false,
  },

  pager: null as Pager<NoShowOut, MarkView> | null,

  onLoad() {
    this.pager = new Pager(
      async (cursor) => {
        const page = await users.noShows(cursor)
        this.setData({ effect: page.effect })
        return page
      },
      (mark) => markView(mark, Date.now()),
      // The footprint is what the page is about: marks alone never make it empty.
      ({ items, more }) => this.setData({ ...(items ? { items } : {}), ...(more ? { more } : {}) }),
    )
    void this.load()
  },

  async load() {
    try {
      const [footprint] = await Promise.all([users.footprint(), this.pager?.first()])
      this.setData({ state: 'ready', footprint: footprintView(footprint) })
    } catch (error) {
      if (this.data.footprint) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  onReachBottom() { void this.pager?.more() },
  onMore() { void this.pager?.more() },

  onAppeal(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    const appealing = this.data.items.find((each) => each.id === id) ?? null
    this.setData({ appealing, text: draftOf<{ text: string }>(`appeal:${id}`)?.text ?? '', error: '' })
  },

  onAppealClosed(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
    if (!event.detail.visible) this.setData({ appealing: null })
  },

  onText(event: WechatMiniprogram.Input) {
    const { appealing } = this.data
    this.setData({ text: event.detail.value, error: '' })
    if (appealing) keepDraft(`appeal:${appealing.id}`, { text: event.detail.value })
  },

  async onSend() {
    const { appealing, text, isBusy } = this.data
    if (isBusy || !appealing) return
    if (!text.trim()) {
      this.setData({ error: '请写一下当时的情况' })
      return
    }
    this.setData({ isBusy: true, error: '' })
    try {
      await users.appeal(appealing.id, { text: text.trim() })
      dropDraft(`appeal:${appealing.id}`)
      this.setData({ appealing: null })
      void wx.showToast({ title: '已提交，处理后告诉您', icon: 'none' })
      await this.pager?.first()
    } catch (thrown) {
      const error = asApiError(thrown)
      this.setData({ error: error.isOffline ? `${error.detail}。写好的内容已存在手机上。` : error.detail })
    }
    this.setData({ isBusy: false })
  },
})
