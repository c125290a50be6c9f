import { asApiError } from '../../../api/errors'
import type { StaffOut, StaffSessionOut } from '../../../api/types'
import { keep, kept } from '../../../utils/storage'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { dayKey, wall } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'
import * as door from '../door/api'
import { dropOldRosters, keepMe, keptMe, may } from '../door/keeping'
import { onLink, reached } from '../door/link'
import { queue } from '../door/queue'
import { syncQueue } from '../door/sync'
import { type SessionLine, sessionLine } from '../door/sessions'

const KEY = 'door:today'
const REFRESH_MS = 15_000

interface Shown {
  day: string
  at: number
  sessions: StaffSessionOut[]
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    date: '',
    lines: [] as SessionLine[],
    /** When what is shown was true, if that is not now. */
    asOf: '',
    waiting: 0,
    settled: 0,
    canNote: false,
    canVisit: false,
    space: '',
  },

  timer: 0,
  deaf: () => undefined as void,

  onLoad() { dropOldRosters(Date.now()) },

  onShow() {
    void this.load()
    void this.sync()
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.load(), REFRESH_MS) as unknown as number
    this.deaf()
    this.deaf = onLink((isUp) => { if (isUp) void this.back() })
  },

  onHide() { this.leave() },
  onUnload() { this.leave() },

  leave() {
    clearInterval(this.timer)
    this.deaf()
  },

  /** The network may be back: first hand in what waits, then see how things stand. */
  async back() {
    await this.sync()
    await this.load()
  },

  async onPullDownRefresh() {
    await this.back()
    void wx.stopPullDownRefresh()
  },

  async load() {
    const now = Date.now()
    const day = dayKey(now)
    try {
      const [me, { items }] = await Promise.all([door.me(), door.sessions(day)])
      reached(true)
      keepMe(me)
      keep(KEY, { day, at: now, sessions: items } satisfies Shown)
      this.show(me, items, '')
    } catch (thrown) {
      this.fallBack(thrown, day)
    }
  },

  /** Without a network the door opens by what was told last. */
  fallBack(thrown: unknown, day: string) {
    const error = asApiError(thrown)
    const me = keptMe()
    const last = kept<Shown | null>(KEY, null)
    if (error.isOffline) reached(false)
    if (error.isOffline && me && last?.day === day) this.show(me, last.sessions, wall(last.at).clock)
    else if (this.data.state === 'ready') tellTrouble(error)
    else this.setData(trouble(error))
  },

  show(me: StaffOut, sessions: StaffSessionOut[], asOf: string) {
    const now = Date.now()
    const { month, day, weekday } = wall(now)
    const spaces = new Set(sessions.map((each) => each.space.id))
    this.setData({
      state: 'ready',
      date: `${month}月${day}日 ${weekday}`,
      asOf,
      lines: sessions.map((each) => sessionLine(each, {
        now, canScan: may(me, 'scan', each.space.id), canAdmit: may(me, 'admit', each.space.id), withSpace: spaces.size > 1,
      })),
      canNote: me.spaces.some((each) => each.verbs.includes('submit_need')),
      canVisit: me.spaces.some((each) => each.verbs.includes('visit')),
      space: sessions[0]?.space.id ?? '',
    })
    this.count()
  },

  async sync() {
    await syncQueue()
    this.count()
  },

  count() {
    const all = queue.all()
    this.setData({ waiting: queue.waiting().length, settled: all.length - queue.waiting().length })
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    const { page, id, timed } = datasetOf<{ page: 'scan' | 'code' | 'people', id: string, timed?: string }>(event)
    const line = this.data.lines.find((each) => each.id === id)
    if (!line) return
    const title = encodeURIComponent(line.title)
    goTo(`/pages/staff/${page}/${page}?session=${id}&space=${line.spaceId}&title=${title}${timed ? '&timed=1' : ''}`)
  },

  /** People without an account: an open fair, pupils of a school. Counted by hand, shown apart. */
  async onGuests(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    const line = this.data.lines.find((each) => each.id === id)
    if (!line) return
    const answer = await wx.showModal({
      title: '没有账号的来宾，共几位？', content: line.guests ? String(line.guests) : '', placeholderText: '现场数一数，填总数', editable: true, confirmText: '记下',
    })
    if (!answer.confirm) return
    const typed = (answer.content ?? '').trim()
    if (!/^\d{1,5}$/.test(typed)) {
      void wx.showToast({ title: '请填写整数', icon: 'none' })
      return
    }
    try {
      await door.countGuests(id, Number(typed))
      await this.load()
    } catch (error) {
      tellTrouble(error)
    }
  },

  onQueue() { goTo('/pages/staff/queue/queue') },
  onTasks() { goTo('/pages/staff/tasks/tasks') },
  onVisits() { goTo('/pages/staff/visits/visits') },
  onNeed() { goTo(`/pages/staff/need/need?space=${this.data.space}`) },
})
