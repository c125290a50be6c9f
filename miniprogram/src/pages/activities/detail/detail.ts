import * as activities from '../../../api/activities'
import * as signups from '../../../api/signups'
import * as spaces from '../../../api/spaces'
import type { ActivityOut } from '../../../api/types'
import { type CardView, cardView, factsOf, type FactsView, type SessionView, sessionView } from '../../../utils/activities'
import { sceneOf } from '../../../utils/codes'
import { type Plan, planOf, type SlotDay, slotDays } from '../../../utils/plans'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { spotOf } from '../../../utils/spots'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    card: null as CardView | null,
    facts: null as FactsView | null,
    sessions: [] as SessionView[],
    /** The one session the button at the foot is for. */
    only: null as SessionView | null,
    plan: '' as Plan,
    days: [] as SlotDay[],
    busy: '',
  },

  id: '',
  activity: null as ActivityOut | null,

  onLoad(query: { id?: string, scene?: string }) {
    this.id = query.id ?? sceneOf(query).a ?? ''
  },

  onShow() { void this.load() },

  async load() {
    try {
      const activity = await activities.show(this.id)
      const now = Date.now()
      this.activity = activity
      const sessions = activity.sessions.map((session) => sessionView(session, activity, now))
      this.setData({
        state: 'ready', notice: '', card: cardView(activity, now), facts: factsOf(activity, now),
        sessions, only: sessions.length === 1 ? sessions[0] : null, ...plannedAs(activity, now),
      })
    } catch (error) {
      if (this.activity) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  onAct(event: WechatMiniprogram.TouchEvent) {
    const { session: id } = datasetOf<{ session: string }>(event)
    const session = this.data.sessions.find((each: SessionView) => each.id === id)
    if (!session || this.data.busy) return
    const to = `/pages/signups/edit/edit?activity=${this.id}&session=${id}`
    switch (session.button.act) {
      case 'sign_up': return goTo(to)
      case 'join_waitlist': return goTo(`${to}&waitlist=1`)
      case 'accept': return void this.accept(id)
      case 'mine': return goTo('/pages/signups/mine/mine')
      default: return undefined
    }
  },

  onPass(event: WechatMiniprogram.TouchEvent) {
    goTo(`/pages/checkins/pass/pass?session=${datasetOf<{ session: string }>(event).session}`)
  },

  async accept(sessionId: string) {
    const signupId = (this.activity as ActivityOut | null)?.sessions.find((each) => each.id === sessionId)?.button.signup_id
    if (!signupId) return
    this.setData({ busy: sessionId })
    try {
      const signup = await signups.accept(signupId)
      goTo(`/pages/signups/result/result?id=${signup.id}`)
    } catch (error) {
      tellTrouble(error)
      void this.load()
    } finally {
      this.setData({ busy: '' })
    }
  },

  /** Open the map at the place; without coordinates the words are copied for any map. */
  async onPlace(event: WechatMiniprogram.TouchEvent) {
    const { place } = datasetOf<{ place: string }>(event)
    if (!this.activity) return
    try {
      const spot = spotOf(await spaces.show(this.activity.space.id), place)
      if (spot.latitude !== null && spot.longitude !== null) {
        await wx.openLocation({ latitude: spot.latitude, longitude: spot.longitude, name: place, address: spot.address, scale: 17 })
      } else {
        wx.setClipboardData({
          data: spot.address ? `${spot.address} ${place}` : place,
          fail: () => void wx.showToast({ title: '没有复制成功', icon: 'none' }),
        })
      }
    } catch (error) {
      const { errMsg } = error as { errMsg?: string }
      if (!errMsg?.includes('cancel')) tellTrouble(error)
    }
  },

  onPlan() {
    const page = this.data.plan === 'slots' ? 'slots/slots' : 'series/series'
    goTo(`/pages/signups/${page}?activity=${this.id}`)
  },

  onPoster() { goTo(`/pages/menus/poster/poster?activity=${this.id}`) },

  onShareAppMessage() {
    const { card } = this.data
    return { title: card ? `${card.title}｜${card.theme}` : '心驿活动', path: `/pages/activities/detail/detail?id=${this.id}` }
  },
})

/** How one signs up for several sessions; not offered when nothing of it is open any more. */
function plannedAs(activity: ActivityOut, now: number): { plan: Plan, days: SlotDay[] } {
  const plan = planOf(activity)
  const isOpen = activity.sessions.some((session) => session.button.state === 'sign_up' || session.button.state === 'full')
  if (plan === 'slots') return { plan, days: slotDays(activity, now) }
  return { plan: isOpen ? plan : '', days: [] }
}
