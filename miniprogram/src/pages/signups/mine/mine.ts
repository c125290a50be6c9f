import * as signups from '../../../api/signups'
import type { SignupOut } from '../../../api/types'
import { rememberedCheckins } from '../../../utils/checkins'
import { type Listed, nothingYet, Pager } from '../../../utils/pager'
import { confirmed, datasetOf, textScale } from '../../../utils/screen'
import { type SignupView, signupView } from '../../../utils/signups'
import { tellTrouble } from '../../../utils/trouble'

type Line = SignupView & { checkinId: string }

Page({
  data: {
    ...(nothingYet<Line>() as Listed<Line>),
    screen: textScale(),
    busy: '',
  },

  pager: null as Pager<SignupOut, Line> | null,

  onLoad() {
    this.pager = new Pager(
      (cursor) => signups.mine(cursor),
      (each) => ({ ...signupView(each, Date.now()), checkinId: each.state === 'attended' ? rememberedCheckins()[each.session.id] ?? '' : '' }),
      (patch) => this.setData(patch),
    )
  },

  onShow() { void this.load() },
  async load() { await this.pager?.first() },
  onReachBottom() { void this.pager?.more() },
  onMore() { void this.pager?.more() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async onCancel(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (!signup || this.data.busy) return
    const what = signup.state === 'waitlisted' ? '退出候补' : '取消报名'
    if (!(await confirmed(what, `${signup.activity}\n${signup.date} ${signup.time}\n名额会让给下一位。`, what))) return
    await this.act(signup.id, () => signups.cancel(signup.id), '已取消，名额让给下一位了')
  },

  async onAccept(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (!signup || this.data.busy) return
    await this.act(signup.id, () => signups.accept(signup.id), '名额是您的了')
  },

  async act(id: string, what: () => Promise<unknown>, done: string) {
    this.setData({ busy: id })
    try {
      await what()
      void wx.showToast({ title: done, icon: 'none' })
    } catch (error) {
      tellTrouble(error)
    }
    await this.load()
    this.setData({ busy: '' })
  },

  find(event: WechatMiniprogram.TouchEvent): Line | undefined {
    const { id } = datasetOf<{ id: string }>(event)
    return this.data.items.find((each) => each.id === id)
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) void wx.navigateTo({ url: `/pages/activities/detail/detail?id=${signup.activityId}` })
  },

  onRate(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) void wx.navigateTo({ url: `/pages/checkins/rate/rate?id=${signup.checkinId}&title=${encodeURIComponent(signup.activity)}` })
  },

  onActivities() { void wx.switchTab({ url: '/pages/tabs/activities/activities' }) },
})
