import * as activities from '../../../api/activities'
import { type ApiError, asApiError } from '../../../api/errors'
import * as signups from '../../../api/signups'
import { type CardView, cardView, type SessionView, sessionView } from '../../../utils/activities'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { newKey } from '../../../utils/keys'
import { member } from '../../../utils/member'
import { answersOf, checked, type QuestionView, questionView } from '../../../utils/questions'
import { confirmed, datasetOf, textScale } from '../../../utils/screen'
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
    card: null as CardView | null,
    session: null as SessionView | null,
    party: 1,
    maxParty: 1,
    questions: [] as QuestionView[],
    company: '',
    isWaiting: false,
    isBusy: false,
    error: '',
  },

  activityId: '',
  sessionId: '',
  /** One key for this form however often it is sent: an answer that got lost signs nobody up twice. */
  key: newKey(),

  onLoad(query: { activity?: string, session?: string, waitlist?: string }) {
    this.activityId = query.activity ?? ''
    this.sessionId = query.session ?? ''
    this.key = newKey()
    this.setData({ isWaiting: query.waitlist === '1' })
    if (query.waitlist === '1') void wx.setNavigationBarTitle({ title: '加入候补' })
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const [activity, me] = await Promise.all([activities.show(this.activityId), member()])
      const found = activity.sessions.find((each) => each.id === this.sessionId)
      if (!found) {
        this.setData({ state: 'failed', notice: '这一场已经不在了，请返回重新选择' })
        return
      }
      const now = Date.now()
      const draft = draftOf<Draft>(`signup:${this.sessionId}`)
      this.setData({
        state: 'ready',
        card: cardView(activity, now),
        session: sessionView(found, activity, now),
        maxParty: activity.max_party,
        party: Math.min(draft?.party ?? 1, activity.max_party),
        questions: activity.questions.map((each) => questionView(each, draft?.answers[each.key])),
        company: me.enterprise?.enterprise.name ?? '',
      })
    } catch (error) {
      this.setData(trouble(error))
    }
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

  keep() {
    keepDraft(`signup:${this.sessionId}`, { party: this.data.party, answers: answersOf(this.data.questions) })
  },

  async onSubmit() {
    if (this.data.isBusy) return
    const questions = checked(this.data.questions)
    this.setData({ questions, error: '' })
    if (questions.some((each) => each.error)) {
      this.setData({ error: '还有问题没有回答' })
      return
    }
    this.setData({ isBusy: true })
    await this.send()
  },

  async send(): Promise<void> {
    const { party, questions, isWaiting } = this.data
    const body = { party_size: party, answers: answersOf(questions), join_waitlist: isWaiting }
    try {
      const signup = await signups.signUp(this.sessionId, body, this.key)
      dropDraft(`signup:${this.sessionId}`)
      // The page stays busy: it is about to go.
      await wx.redirectTo({ url: `/pages/signups/result/result?id=${signup.id}` })
    } catch (thrown) {
      await this.refused(thrown)
    }
  },

  async refused(thrown: unknown): Promise<void> {
    const error = asApiError(thrown)
    if (error.code === 'already_signed_up') return this.goTo(error)
    if (error.code === 'full' && error.facts.can_join_waitlist && !this.data.isWaiting) return this.offerToWait(error)
    const { fields } = error
    this.setData({
      isBusy: false,
      error: error.isOffline ? `${error.detail}。填写的内容已存在手机上。` : error.detail,
      questions: this.data.questions.map((each) => ({ ...each, error: fields[`answers.${each.key}`] ?? '' })),
    })
  },

  /** Signed up already, perhaps by a tap whose answer was lost: show that one. */
  async goTo(error: ApiError): Promise<void> {
    const current = error.facts.current as { id?: string } | null | undefined
    await wx.redirectTo({ url: current?.id ? `/pages/signups/result/result?id=${current.id}` : '/pages/signups/mine/mine' })
  },

  async offerToWait(error: ApiError): Promise<void> {
    if (!(await confirmed(error.detail, '要排队等候吗？有人取消时按先后补上，会通知您。', '加入候补'))) {
      this.setData({ isBusy: false })
      return
    }
    this.key = newKey() // another wish, so another attempt
    this.setData({ isWaiting: true })
    await this.send()
  },
})
