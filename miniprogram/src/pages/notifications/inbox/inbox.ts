import * as notifications from '../../../api/notifications'
import type { MessageOut } from '../../../api/types'
import { messageView, type MessageView, routeOf } from '../../../utils/messages'
import { type Listed, nothingYet, Pager } from '../../../utils/pager'
import { datasetOf, textScale } from '../../../utils/screen'

Page({
  data: {
    ...(nothingYet<MessageView>() as Listed<MessageView>),
    screen: textScale(),
  },

  pager: null as Pager<MessageOut, MessageView> | null,

  onLoad() {
    this.pager = new Pager((cursor) => notifications.inbox(cursor), (each) => messageView(each, Date.now()), (patch) => this.setData(patch))
  },

  onShow() { void this.load() },
  async load() { await this.pager?.first() },
  onReachBottom() { void this.pager?.more() },
  onMore() { void this.pager?.more() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    const at = this.data.items.findIndex((each) => each.id === id)
    const message = this.data.items[at]
    if (!message) return
    if (message.isUnread) {
      this.setData({ [`items[${at}].isUnread`]: false })
      // Not worth troubling anybody: it stays unread and the next tap tries again.
      notifications.read(id).catch((error: unknown) => console.warn('not marked as read', error))
    }
    const route = routeOf(message.page)
    // Only a fresh start hands a tab what the message is about.
    if (route) void (route.isTab ? wx.reLaunch({ url: route.url }) : wx.navigateTo({ url: route.url }))
  },
})
