import { asApiError } from '../../../api/errors'
import { datasetOf, textScale } from '../../../utils/screen'
import { tellTrouble } from '../../../utils/trouble'
import type { FormKind } from '../components/entry-form/entry-form'
import * as door from '../door/api'
import { Desk, newTicket } from '../door/desk'
import { isReachable, onLink, reached } from '../door/link'
import { type Outcome, seenOff, takenBack } from '../door/outcomes'
import { foundLine, listedLine, type PersonLine } from '../door/people'
import { queue } from '../door/queue'
import { freshLabel, searchRoster } from '../door/roster'
import { syncQueue } from '../door/sync'

const PAUSE_MS = 300
const LEAST = 2
const MOST_ALONG = 19

type Filled = WechatMiniprogram.CustomEvent<{ along: number, reason: string }>

Page({
  data: {
    screen: textScale(),
    title: '',
    q: '',
    state: 'idle' as 'idle' | 'short' | 'searching' | 'found' | 'none' | 'failed',
    notice: '',
    people: [] as PersonLine[],
    hasMore: false,
    person: null as PersonLine | null,
    form: '' as '' | FormKind,
    outcome: null as Outcome | null,
    along: 0,
    most: MOST_ALONG,
    isUp: true,
    fresh: '',
    isBusy: false,
  },

  desk: null as Desk | null,
  /** Whether how long people stay counts here: then who is here is seen off, not only let in. */
  isTimed: false,
  timer: 0,
  round: 0,
  deaf: () => undefined as void,

  onLoad(query: { session?: string, space?: string, title?: string, timed?: string }) {
    this.isTimed = query.timed === '1'
    const title = decodeURIComponent(query.title ?? '')
    this.desk = new Desk(query.session ?? '', query.space ?? '', title)
    this.setData({ title })
    void this.renew()
  },

  onShow() {
    this.deaf()
    this.deaf = onLink((isUp) => {
      this.mark()
      if (isUp) void this.renew()
    })
    this.mark()
  },

  onHide() { this.deaf() },
  onUnload() {
    this.deaf()
    clearTimeout(this.timer)
  },

  async renew() {
    await syncQueue()
    await this.desk?.refresh()
    this.mark()
  },

  mark() { this.setData({ isUp: isReachable(), fresh: freshLabel(this.desk?.roster ?? null, Date.now()) }) },

  onType(event: WechatMiniprogram.Input) {
    this.setData({ q: event.detail.value })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.search(), PAUSE_MS) as unknown as number
  },

  onClear() {
    this.round += 1
    this.setData({ q: '', state: 'idle', people: [] })
  },

  /** Nobody is shown until two characters are known of them: the list is not for reading. */
  async search() {
    const { desk } = this
    const q = this.data.q.trim()
    const round = ++this.round
    if (!desk || q.length < LEAST) {
      this.setData({ state: q ? 'short' : 'idle', people: [] })
      return
    }
    this.setData({ state: 'searching' })
    try {
      const { items, has_more: hasMore } = await door.people(desk.sessionId, q)
      reached(true)
      if (round === this.round) this.list(items.map(foundLine), hasMore)
    } catch (thrown) {
      if (round === this.round) this.searchHere(thrown, q)
    }
  },

  searchHere(thrown: unknown, q: string) {
    const { desk } = this
    const error = asApiError(thrown)
    if (!error.isOffline || !desk?.roster) {
      this.setData({ state: 'failed', notice: error.detail, people: [] })
      return
    }
    reached(false)
    this.list(searchRoster(desk.roster, q).map((each) => listedLine(each, queue.find(desk.sessionId, each.signup_id)?.at ?? null)))
  },

  list(people: PersonLine[], hasMore = false) {
    this.setData({ people, hasMore, state: people.length ? 'found' : 'none' })
    this.mark()
  },

  onSearch() { void this.search() },

  /** A tap only asks; another lets in. Nobody is checked in by a phone in a pocket. */
  onPerson(event: WechatMiniprogram.TouchEvent) {
    const { key } = datasetOf<{ key: string }>(event)
    const person = this.data.people.find((each) => each.key === key)
    if (!person) return
    if (person.isHere && !person.checkinId) {
      void wx.showToast({ title: `${person.name} ${person.state}`, icon: 'none' })
      return
    }
    const form = this.formFor(person)
    const along = form === 'confirm' ? person.partySize - 1 : 0
    this.setData({ person, form, along, outcome: null, most: this.data.isUp ? MOST_ALONG : person.partySize - 1 })
  },

  formFor(person: PersonLine): FormKind {
    if (!person.isHere) return person.isExpected ? 'confirm' : 'walk_in'
    return this.isTimed && !person.left ? 'leave' : 'void'
  },

  onForm(event: WechatMiniprogram.TouchEvent) {
    this.setData({ form: datasetOf<{ form: FormKind }>(event).form, along: 0, most: MOST_ALONG })
  },

  onFormCancel() { this.setData(this.data.outcome ? { form: '' } : { form: '', person: null }) },

  async onFormSubmit(event: Filled) {
    const { form, person, isBusy } = this.data
    if (!person || isBusy) return
    this.setData({ isBusy: true })
    try {
      const outcome = await this.act(person, form, event.detail)
      this.setData({ outcome, form: '' })
      void this.search()
    } catch (error) {
      tellTrouble(error)
    }
    this.setData({ isBusy: false })
  },

  async act(person: PersonLine, form: string, { along, reason }: { along: number, reason: string }): Promise<Outcome> {
    const desk = this.desk as Desk
    const ticket = newTicket({ signupId: person.signupId, name: person.name })
    if (form === 'confirm') return desk.admit({ ...ticket, party: along })
    if (form === 'late') return desk.admit({ ...ticket, reason })
    if (form === 'leave') {
      const gone = await door.checkOut(person.checkinId)
      return seenOff(person.name, gone.left_at, person.checkinId)
    }
    if (form === 'void') {
      await door.voidCheckin(this.data.outcome?.checkinId || person.checkinId, reason)
      return takenBack(person.name, reason)
    }
    return desk.walkIn(ticket, { userId: person.userId, along, reason })
  },

  onNext() {
    this.round += 1
    this.setData({ person: null, outcome: null, form: '', q: '', state: 'idle', people: [] })
  },

  onScan() {
    const { desk } = this
    if (desk) void wx.redirectTo({ url: `/pages/staff/scan/scan?${desk.query()}` })
  },
})
