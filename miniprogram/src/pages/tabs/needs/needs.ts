import * as needs from '../../../api/needs'
import type { NeedBriefOut } from '../../../api/types'
import { draftOf } from '../../../utils/drafts'
import { member } from '../../../utils/member'
import { type BriefView, briefView } from '../../../utils/needs'
import { type Listed, nothingYet, Pager } from '../../../utils/pager'
import { datasetOf, goTo, textScale } from '../../../utils/screen'

Page({
  data: {
    ...(nothingYet<BriefView>() as Listed<BriefView>),
    screen: textScale(),
    scope: 'mine' as needs.Scope,
    isContact: false,
    draft: '',
  },

  pager: null as Pager<NeedBriefOut, BriefView> | null,

  onLoad() {
    this.pager = new Pager(
      (cursor) => needs.index(this.data.scope, cursor),
      (need) => briefView(need, Date.now()),
      (patch) => this.setData(patch),
    )
  },

  async onShow() {
    const draft = draftOf<{ title?: string, body?: string }>('need')
    this.setData({ draft: draft ? draft.title || draft.body?.slice(0, 20) || '未写完的诉求' : '' })
    await Promise.all([this.load(), this.lookWhoIAm()])
  },

  async lookWhoIAm() {
    const me = await member().catch(() => null)
    const company = me?.enterprise
    const isContact = company?.role === 'contact' && company.status === 'verified'
    this.setData({ isContact })
  },

  async load() { await this.pager?.first() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  onReachBottom() { void this.pager?.more() },
  onMore() { void this.pager?.more() },

  onScope(event: WechatMiniprogram.TouchEvent) {
    const { scope } = datasetOf<{ scope: needs.Scope }>(event)
    if (scope === this.data.scope) return
    this.setData({ scope, items: [] })
    void this.pager?.another()
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    goTo(`/pages/needs/detail/detail?id=${datasetOf<{ id: string }>(event).id}`)
  },

  onNew() { goTo('/pages/needs/edit/edit') },
})
