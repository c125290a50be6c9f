import { asApiError } from '../../../api/errors'
import type { VisitTargetOut } from '../../../api/types'
import { draftOf } from '../../../utils/drafts'
import { confirmed, datasetOf, goTo, textScale } from '../../../utils/screen'
import { dateLabel, wall } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'
import { steward } from '../door/keeping'
import { isReachable, onLink, reached } from '../door/link'
import { fetchRound, keptRound, type Round, syncVisits } from '../door/visiting'
import { type VisitEntry, visitQueue } from '../door/visits'

const STATES = {
  todo: { name: '待走访', tone: 'quiet' },
  done: { name: '已走访', tone: 'good' },
  refused: { name: '谢绝', tone: 'quiet' },
  unreachable: { name: '联系不上', tone: 'bad' },
}

interface Stop {
  id: string
  name: string
  place: string
  why: string
  /** When it was visited last, and whom to ask for. */
  about: string
  state: string
  tone: string
  canWrite: boolean
}

interface Floor {
  key: string
  title: string
  stops: Stop[]
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    asOf: '',
    seasons: [] as { id: string, title: string }[],
    season: '',
    isMine: true,
    isTodo: true,
    hasMine: true,
    floors: [] as Floor[],
    done: 0,
    total: 0,
    waiting: 0,
    taken: 0,
    refused: [] as { ref: string, name: string, detail: string }[],
    isUp: true,
    isBusy: false,
    problem: '',
  },

  round: null as Round | null,
  deaf: () => undefined as void,

  onShow() {
    this.count()
    void this.back()
    this.deaf()
    this.deaf = onLink((isUp) => {
      this.count()
      if (isUp) void this.back()
    })
  },

  onHide() { this.deaf() },
  onUnload() { this.deaf() },

  async onPullDownRefresh() {
    await this.back()
    void wx.stopPullDownRefresh()
  },

  /** First hand in what waits, then see how things stand. */
  async back() {
    await this.sync()
    await this.load()
  },

  async load() {
    const last = keptRound()
    if (last && !this.round) this.take(last, true)
    try {
      this.take(await fetchRound(await steward(), Date.now()), false)
      reached(true)
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.isOffline) reached(false)
      if (error.isOffline && last) this.take(last, true)
      else if (this.data.state === 'ready') tellTrouble(error)
      else this.setData(trouble(error))
    }
    this.count()
  },

  take(round: Round, isOld: boolean) {
    const seasons = round.seasons.map(({ campaign }) => ({ id: campaign.id, title: campaign.title }))
    const season = seasons.some((each) => each.id === this.data.season) ? this.data.season : seasons[0]?.id ?? ''
    const { month, day, clock } = wall(round.at)
    this.round = round
    this.setData({ state: 'ready', seasons, season, asOf: isOld && !isReachable() ? `${month}月${day}日 ${clock}` : '' })
    this.show()
  },

  show() {
    const { round } = this
    const found = round?.seasons.find(({ campaign }) => campaign.id === this.data.season)
    if (!round || !found) {
      this.setData({ floors: [], total: 0, done: 0 })
      return
    }
    const mine = found.targets.filter((each) => each.assignee_id === round.me)
    const listed = this.data.isMine && mine.length ? mine : found.targets
    const shown = listed.filter((each) => !this.data.isTodo || each.state === 'todo')
    const done = listed.filter((each) => each.state === 'done').length
    this.setData({ floors: floorsOf(shown), done, total: listed.length, hasMine: mine.length > 0 })
  },

  async sync() {
    if (!visitQueue.waiting().length) return
    this.setData({ isBusy: true })
    const problem = await syncVisits()
    this.setData({ isBusy: false, problem })
    this.count()
  },

  count() {
    const all = visitQueue.all()
    const refused = all.filter((each) => each.verdict?.kind === 'refused')
    this.setData({
      isUp: isReachable(),
      ...(isReachable() ? { asOf: '' } : {}),
      waiting: visitQueue.waiting().length,
      taken: all.filter((each) => each.verdict && each.verdict.kind !== 'refused').length,
      refused: refused.map(({ ref, name, verdict }) => ({ ref, name, detail: verdict?.detail ?? '' })),
    })
    this.show()
  },

  onSeason(event: WechatMiniprogram.TouchEvent) {
    this.setData({ season: datasetOf<{ id: string }>(event).id })
    this.show()
  },

  onMine() {
    this.setData({ isMine: !this.data.isMine })
    this.show()
  },

  onTodo() {
    this.setData({ isTodo: !this.data.isTodo })
    this.show()
  },

  onSync() { if (!this.data.isBusy) void this.back() },

  onClear() {
    visitQueue.clear()
    this.count()
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    goTo(`/pages/staff/visit/visit?target=${datasetOf<{ id: string }>(event).id}`)
  },

  onMend(event: WechatMiniprogram.TouchEvent) {
    const { ref } = datasetOf<{ ref: string }>(event)
    const entry = visitQueue.find(ref)
    if (entry) goTo(`/pages/staff/visit/visit?target=${entry.targetId}&ref=${ref}`)
  },

  async onDrop(event: WechatMiniprogram.TouchEvent) {
    const { ref } = datasetOf<{ ref: string }>(event)
    if (!(await confirmed('不要这条了', '服务器没有收下这条，去掉后手机上也没有了。', '去掉'))) return
    visitQueue.drop(ref)
    this.count()
  },
})

/** The walk, floor by floor: the server has put it in order. */
function floorsOf(targets: VisitTargetOut[]): Floor[] {
  const floors: Floor[] = []
  for (const target of targets) {
    const title = [target.building || '其他地点', target.floor ? `${target.floor} 层` : ''].filter(Boolean).join(' · ')
    if (floors[floors.length - 1]?.title !== title) floors.push({ key: `${floors.length}`, title, stops: [] })
    floors[floors.length - 1].stops.push(stopOf(target))
  }
  return floors
}

function stopOf(target: VisitTargetOut): Stop {
  const entry = visitQueue.of(target.id)
  return {
    id: target.id,
    name: target.name,
    place: target.room,
    why: target.reasons.map((each) => each.text).join('，'),
    about: [
      target.last_visited_on ? `上次走访 ${dateLabel(target.last_visited_on)}` : '',
      [target.contact, target.phone].filter(Boolean).join(' '),
    ].filter(Boolean).join(' · '),
    ...standing(target, entry),
  }
}

function standing(target: { id: string, state: keyof typeof STATES }, entry?: VisitEntry): Pick<Stop, 'state' | 'tone' | 'canWrite'> {
  if (entry && !entry.verdict) return { state: '待上传', tone: 'wait', canWrite: false }
  if (entry?.verdict?.kind === 'refused') return { state: '没有收下', tone: 'bad', canWrite: false }
  if (entry?.verdict) return toldAs(entry.written.state)
  const canWrite = target.state !== 'done'
  if (canWrite && draftOf(`visit:${target.id}`)) return { state: '有草稿', tone: 'wait', canWrite }
  return toldAs(target.state)
}

const toldAs = (state: keyof typeof STATES): Pick<Stop, 'state' | 'tone' | 'canWrite'> =>
  ({ state: STATES[state].name, tone: STATES[state].tone, canWrite: state !== 'done' })
