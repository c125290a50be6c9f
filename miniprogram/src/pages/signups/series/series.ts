import * as activities from '../../../api/activities'
import { asApiError } from '../../../api/errors'
import * as signups from '../../../api/signups'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { newKey } from '../../../utils/keys'
import { classDates, type DateView, outcomesOf } from '../../../utils/plans'
import { answersOf, checked, type QuestionView, questionView } from '../../../utils/questions'
import { datasetOf, textScale } from '../../../utils/screen'
import { type State, trouble } from '../../../utils/trouble'

interface Draft {
  party: number
  answers: Record<string, string>
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    title: '',
    dates: [] as DateView[],
    /** How many can be chosen, and how many are. */
    open: 0,
    chosen: 0,
    party: 1,
    maxParty: 1,
    questions: [] as QuestionView[],
    isWaiting: false,
    isBusy: false,
    error: '',
    outcome: null as ReturnType<typeof outcomesOf> | null,
  },

  id: '',
  /** What was last asked for, and the key it was asked under. */
  sent: '',
  key: '',

  onLoad(query: { activity?: string }) {
    this.id = query.activity ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const activity = await activities.show(this.id)
      const draft = draftOf<Draft>(`series:${this.id}`)
      this.setData({
        state: 'ready',
        title: activity.title,
        maxParty: activity.max_party,
        party: Math.min(draft?.party ?? 1, activity.max_party),
        questions: activity.questions.map((each) => questionView(each, draft?.answers[each.key])),
      })
      this.choose(classDates(activity, Date.now()))
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  choose(dates: DateView[]) {
    this.setData({ dates, open: dates.filter((each) => each.canChoose).length, chosen: dates.filter((each) => each.isChosen).length, error: '' })
  },

  onDate(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    const dates = this.data.dates.map((each) => (each.id === id && each.canChoose ? { ...each, isChosen: !each.isChosen } : each))
    this.choose(dates)
    // Whoever picks a full date wants to wait for it.
    if (dates.some((each) => each.id === id && each.isFull && each.isChosen)) this.setData({ isWaiting: true })
  },

  onAll() {
    const isChosen = this.data.chosen < this.data.open
    this.choose(this.data.dates.map((each) => (each.canChoose ? { ...each, isChosen } : each)))
  },

  onParty(event: WechatMiniprogram.TouchEvent) {
    const party = this.data.party + datasetOf<{ by: number }>(event).by
    if (party < 1 || party > this.data.maxParty) return
    this.setData({ party })
    this.keep()
  },

  onAnswer(event: WechatMiniprogram.CustomEvent<{ key: string, answer: string }>) {
    const { key, answer } = event.detail
    const at = this.data.questions.findIndex((each) => each.key === key)
    this.setData({ [`questions[${at}].answer`]: answer, [`questions[${at}].error`]: '' })
    this.keep()
  },

  onWaiting(event: WechatMiniprogram.CustomEvent<{ value: boolean }>) { this.setData({ isWaiting: event.detail.value }) },

  keep() {
    keepDraft(`series:${this.id}`, { party: this.data.party, answers: answersOf(this.data.questions) })
  },

  async onSubmit() {
    const { isBusy, chosen, dates, party, isWaiting } = this.data
    if (isBusy || !chosen) return
    const questions = checked(this.data.questions)
    this.setData({ questions, error: questions.some((each) => each.error) ? '还有问题没有回答' : '' })
    if (this.data.error) return
    this.setData({ isBusy: true })
    const sessions = dates.filter((each) => each.isChosen).map((each) => each.id)
    const body = { sessions, party_size: party, answers: answersOf(questions), join_waitlist: isWaiting }
    try {
      const answer = await signups.signUpForSeries(this.id, body, this.keyOf(JSON.stringify(body)))
      dropDraft(`series:${this.id}`)
      this.setData({ outcome: outcomesOf(answer, Date.now()) })
      void wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    } catch (error) {
      this.refused(error)
    }
    this.setData({ isBusy: false })
  },

  /** One key for the same wish however often it is sent. */
  keyOf(wish: string): string {
    if (wish !== this.sent) {
      this.sent = wish
      this.key = newKey()
    }
    return this.key
  },

  refused(thrown: unknown) {
    const error = asApiError(thrown)
    this.setData({
      error: error.isOffline ? `${error.detail}。选的和填的都还在。` : error.detail,
      questions: this.data.questions.map((each) => ({ ...each, error: error.fields[`answers.${each.key}`] ?? '' })),
    })
  },

  onMine() { void wx.redirectTo({ url: '/pages/signups/mine/mine' }) },
})
