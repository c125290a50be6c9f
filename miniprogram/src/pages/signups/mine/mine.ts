import * as signups from '../../../api/signups'
import type { SignupOut } from '../../../api/types'
import { type Listed, nothingYet, Pager } from '../../../utils/pager'
import { confirmed, datasetOf, goTo, textScale } from '../../../utils/screen'
import { type SignupView, signupView } from '../../../utils/signups'
import { tellTrouble } from '../../../utils/trouble'

Page({
  data: {
    ...(nothingYet<SignupView>() as Listed<SignupView>),
    screen: textScale(),
    busy: '',
  },

  pager: null as Pager<SignupOut, SignupView> | null,

  onLoad() {
    this.pager = new Pager(
      (cursor) => signups.mine(cursor),
      (each) => signupView(each, Date.now()),
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

  /** Too late to cancel, and still better told than not: the place goes to whoever waits. */
  async onCannotCome(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (!signup || this.data.busy) return
    if (!(await confirmed('来不了了', `${signup.activity}\n${signup.date} ${signup.time}\n名额会马上让给候补的人，谢谢您说一声。`, '让出名额'))) return
    await this.act(signup.id, () => signups.cancel(signup.id, true), '谢谢，名额已经让出去了')
  },

  onDraw(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) goTo(`/pages/signups/draw/draw?session=${signup.sessionId}&code=${signup.lotteryCode}`)
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

  find(event: WechatMiniprogram.TouchEvent): SignupView | undefined {
    const { id } = datasetOf<{ id: string }>(event)
    return this.data.items.find((each) => each.id === id)
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) goTo(`/pages/activities/detail/detail?id=${signup.activityId}`)
  },

  onPass(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) goTo(`/pages/checkins/pass/pass?session=${signup.sessionId}`)
  },

  onRate(event: WechatMiniprogram.TouchEvent) {
    const signup = this.find(event)
    if (signup) goTo(`/pages/checkins/rate/rate?id=${signup.checkinId}&title=${encodeURIComponent(signup.activity)}`)
  },

  onActivities() { void wx.switchTab({ url: '/pages/tabs/activities/activities' }) },
})
