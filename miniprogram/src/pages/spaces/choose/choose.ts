import * as spaces from '../../../api/spaces'
import type { SpaceBrief, SpaceType } from '../../../api/types'
import * as users from '../../../api/users'
import { changed, lookAt, place } from '../../../utils/member'
import { type Listed, nothingYet, Pager } from '../../../utils/pager'
import { datasetOf, goBack, textScale } from '../../../utils/screen'
import { tellTrouble } from '../../../utils/trouble'

const TYPES: Record<SpaceType, string> = { community: '社区', park: '园区', building: '楼宇', online: '线上' }
const PAUSE_MS = 300

interface SpaceLine {
  id: string
  name: string
  type: string
  where: string
}

Page({
  data: {
    ...(nothingYet<SpaceLine>() as Listed<SpaceLine>),
    screen: textScale(),
    q: '',
    isHome: true,
    current: '',
    busy: '',
  },

  pager: null as Pager<SpaceBrief, SpaceLine> | null,
  timer: 0,

  async onLoad(query: { for?: string }) {
    this.setData({ isHome: query.for !== 'visit' })
    void wx.setNavigationBarTitle({ title: query.for === 'visit' ? '看看哪个空间' : '选择我的空间' })
    this.pager = new Pager((cursor) => spaces.search(this.data.q, cursor), lineOf, (patch) => this.setData(patch))
    void this.load()
    this.setData({ current: (await place().catch(() => null))?.id ?? '' })
  },

  async load() { await this.pager?.first() },
  onReachBottom() { void this.pager?.more() },
  onMore() { void this.pager?.more() },

  onSearch(event: WechatMiniprogram.Input) {
    this.setData({ q: event.detail.value.trim() })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.pager?.another(), PAUSE_MS) as unknown as number
  },

  async onPick(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    const space = this.data.items.find((each) => each.id === id)
    if (!space || this.data.busy) return
    this.setData({ busy: id })
    try {
      if (this.data.isHome) changed(await users.change({ home_space: id }))
      lookAt({ id, name: space.name })
      goBack()
    } catch (error) {
      tellTrouble(error)
      this.setData({ busy: '' })
    }
  },
})

function lineOf(space: SpaceBrief): SpaceLine {
  const towers = space.buildings.map((each) => each.name).join('、')
  return { id: space.id, name: space.name, type: TYPES[space.type], where: towers || space.address || '不在某一栋楼里，在网上' }
}
