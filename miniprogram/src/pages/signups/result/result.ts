import * as signups from '../../../api/signups'
import { datasetOf, textScale } from '../../../utils/screen'
import { type SignupView, signupView } from '../../../utils/signups'
import { type State, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    signup: null as SignupView | null,
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
      if (found) this.setData({ state: 'ready', signup: signupView(found, Date.now()) })
      else await wx.redirectTo({ url: '/pages/signups/mine/mine' })
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  onMine() { void wx.redirectTo({ url: '/pages/signups/mine/mine' }) },
  onGo(event: WechatMiniprogram.TouchEvent) { void wx.switchTab({ url: datasetOf<{ url: string }>(event).url }) },
})
