import { asApiError } from '../../../api/errors'
import * as users from '../../../api/users'
import { PRIVACY_VERSION } from '../../../config'
import { forget } from '../../../session'
import { changed, forgetMember, member } from '../../../utils/member'
import { textScale } from '../../../utils/screen'
import { stampLabel } from '../../../utils/time'
import { tellTrouble } from '../../../utils/trouble'

const WORD = '注销'
/** The switch of the hints staff at the door get about a person. */
const CUES = 'door_cues'

Page({
  data: {
    screen: textScale(),
    agreed: '',
    copy: '',
    busy: '' as '' | 'agree' | 'copy' | 'erase',
    isErasing: false,
    typed: '',
    isErased: false,
    error: '',
    hasCues: true,
  },

  async onLoad() {
    const me = await member().catch(() => null)
    const given = me?.consents.find((each) => each.kind === 'privacy' && each.version === PRIVACY_VERSION && each.given)
    this.setData({ hasCues: me?.preferences[CUES] !== false })
    if (given) this.setData({ agreed: stampLabel(given.at, Date.now()) })
  },

  onContract() {
    wx.openPrivacyContract({ fail: () => void wx.showToast({ title: '暂时打不开，请稍后再试', icon: 'none' }) })
  },

  async onAgree() {
    if (this.data.busy) return
    this.setData({ busy: 'agree' })
    try {
      const me = await users.change({ consents: [{ kind: 'privacy', version: PRIVACY_VERSION, given: true }] })
      changed(me)
      this.setData({ agreed: stampLabel(new Date().toISOString(), Date.now()) })
    } catch (error) {
      tellTrouble(error)
    }
    this.setData({ busy: '' })
  },

  async onCues(event: WechatMiniprogram.CustomEvent<{ value: boolean }>) {
    const hasCues = event.detail.value
    this.setData({ hasCues })
    try {
      changed(await users.change({ preferences: { [CUES]: hasCues } }))
    } catch (error) {
      this.setData({ hasCues: !hasCues })
      tellTrouble(error)
    }
  },

  async onCopy() {
    if (this.data.busy) return
    this.setData({ busy: 'copy' })
    try {
      this.setData({ copy: JSON.stringify(await users.copy(), null, 2) })
      wx.setClipboardData({
        data: this.data.copy,
        fail: () => void wx.showToast({ title: '没有复制成功，可以长按下面的文字复制', icon: 'none' }),
      })
    } catch (error) {
      tellTrouble(error)
    }
    this.setData({ busy: '' })
  },

  onErase() { this.setData({ isErasing: true, typed: '', error: '' }) },
  onSheet(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) { this.setData({ isErasing: event.detail.visible }) },
  onTyped(event: WechatMiniprogram.Input) { this.setData({ typed: event.detail.value.trim(), error: '' }) },

  async onConfirm() {
    if (this.data.busy) return
    if (this.data.typed !== WORD) {
      this.setData({ error: `请在上面输入“${WORD}”两个字` })
      return
    }
    this.setData({ busy: 'erase', error: '' })
    try {
      await users.erase()
      wx.clearStorageSync()
      forget()
      forgetMember()
      this.setData({ isErased: true, isErasing: false, copy: '' })
    } catch (error) {
      this.setData({ error: asApiError(error).detail })
    }
    this.setData({ busy: '' })
  },

  onHome() { void wx.reLaunch({ url: '/pages/tabs/home/home' }) },
})
