import { asApiError } from '../../../api/errors'
import * as notifications from '../../../api/notifications'
import type { ProfileIn, UserOut } from '../../../api/types'
import * as users from '../../../api/users'
import { changed, member } from '../../../utils/member'
import { datasetOf, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    nickname: '',
    realName: '',
    hasRealName: false,
    phone: '',
    /** Kinds of messages that may ring the phone. */
    kinds: [] as { kind: string, title: string, isOn: boolean }[],
    errors: {} as Record<string, string>,
    error: '',
    isBusy: false,
  },

  onLoad() { void this.load() },

  async load() {
    try {
      const [me, wallet] = await Promise.all([member(true), notifications.wallet()])
      this.setData({
        state: 'ready',
        nickname: me.nickname,
        kinds: wallet.items.map(({ kind, title }) => ({ kind, title, isOn: me.preferences[kind] !== false })),
      })
      this.show(me)
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  show(me: UserOut) {
    changed(me)
    this.setData({ hasRealName: me.has_real_name, phone: me.phone ?? '' })
  },

  onField(event: WechatMiniprogram.Input) {
    const { name } = datasetOf<{ name: 'nickname' | 'realName' }>(event)
    this.setData({ [name]: event.detail.value, [`errors.${name}`]: '', error: '' })
  },

  async onSave() {
    const { nickname, realName, isBusy } = this.data
    if (isBusy) return
    const body: ProfileIn = {}
    if (nickname.trim()) body.nickname = nickname.trim()
    if (realName.trim()) body.real_name = realName.trim()
    if (!Object.keys(body).length) {
      this.setData({ 'errors.nickname': '请填写称呼' })
      return
    }
    this.setData({ isBusy: true, error: '', errors: {} })
    try {
      this.show(await users.change(body))
      this.setData({ realName: '' })
      void wx.showToast({ title: '已保存', icon: 'success' })
    } catch (thrown) {
      const { fields, detail } = asApiError(thrown)
      this.setData({ error: detail, errors: { nickname: fields.nickname ?? '', realName: fields.real_name ?? '' } })
    }
    this.setData({ isBusy: false })
  },

  async onPhone(event: WechatMiniprogram.CustomEvent<{ code?: string, errMsg?: string }>) {
    const { code } = event.detail
    if (this.data.isBusy) return
    if (!code) {
      void wx.showToast({ title: '没有留手机号，不影响参加活动', icon: 'none' })
      return
    }
    this.setData({ isBusy: true, error: '' })
    try {
      this.show(await users.verifyPhone(code))
      void wx.showToast({ title: '手机号已更新', icon: 'success' })
    } catch (error) {
      this.setData({ error: asApiError(error).detail })
    }
    this.setData({ isBusy: false })
  },

  async onKind(event: WechatMiniprogram.CustomEvent<{ value: boolean }>) {
    const { kind } = datasetOf<{ kind: string }>(event)
    const at = this.data.kinds.findIndex((each) => each.kind === kind)
    const isOn = event.detail.value
    this.setData({ [`kinds[${at}].isOn`]: isOn })
    try {
      this.show(await users.change({ preferences: { [kind]: isOn } }))
    } catch (error) {
      this.setData({ [`kinds[${at}].isOn`]: !isOn })
      tellTrouble(error)
    }
  },
})
