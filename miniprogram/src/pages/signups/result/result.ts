import * as signups from '../../../api/signups'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { type SignupView, signupView } from '../../../utils/signups'
import { momentLabel } from '../../../utils/time'
import { type State, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    signup: null as SignupView | null,
    /** When places are drawn, as long as they are not. */
    drawsAt: '',
  },

  id: '',

  onLoad(query: { id?: string }) {
    this.id = query.id ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      // The newest come first, and this one is just made.
      const found = (await signups.mine()).items.find((each) => each.id === this.id)
      if (found) {
        this.setData({ state: 'ready', signup: signupView(found, Date.now()) })
        if (found.lottery_code) void this.lookWhenDrawn(found.session.id)
      } else await wx.redirectTo({ url: '/pages/signups/mine/mine' })
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  async lookWhenDrawn(sessionId: string) {
    try {
      const draw = await signups.draw(sessionId)
      if (!draw.drawn_at) this.setData({ drawsAt: momentLabel(draw.draws_at, Date.now()) })
    } catch (error) {
      console.warn('when it is drawn is not known', error)
    }
  },

  onDraw() {
    const { signup } = this.data
    if (signup) goTo(`/pages/signups/draw/draw?session=${signup.sessionId}&code=${signup.lotteryCode}`)
  },

  onMine() { void wx.redirectTo({ url: '/pages/signups/mine/mine' }) },
  onGo(event: WechatMiniprogram.TouchEvent) { void wx.switchTab({ url: datasetOf<{ url: string }>(event).url }) },
})
