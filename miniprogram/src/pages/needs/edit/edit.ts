import { asApiError } from '../../../api/errors'
import * as needs from '../../../api/needs'
import type { CategoryOut, Urgency } from '../../../api/types'
import type { Kept, Standing } from '../../../utils/attachments'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { newKey } from '../../../utils/keys'
import { member, type Place, place } from '../../../utils/member'
import { promiseView } from '../../../utils/needs'
import { answersOf, checked, type Question, type QuestionView, questionView } from '../../../utils/questions'
import { confirmed, datasetOf, goTo, textScale } from '../../../utils/screen'
import { type State, trouble } from '../../../utils/trouble'

const DRAFT = 'need'
const PAUSE_MS = 400

interface Draft {
  category: string
  answers: Record<string, string>
  title: string
  body: string
  urgency: Urgency
  times: string
  forCompany: boolean
  /** Not in the drafts of versions that knew no attachments. */
  files?: Kept[]
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    categories: [] as CategoryOut[],
    category: '',
    questions: [] as QuestionView[],
    title: '',
    body: '',
    urgency: 'normal' as Urgency,
    times: '',
    forCompany: false,
    /** The draft's attachments, for the picker to begin with. */
    restored: [] as Kept[],
    company: '',
    space: null as Place | null,
    promise: null as ReturnType<typeof promiseView> | null,
    isWhyOpen: false,
    errors: {} as Record<string, string>,
    error: '',
    saved: '' as '' | 'saved' | 'full',
    isRestored: false,
    isBusy: false,
  },

  timer: 0,
  round: 0,
  /** Answers by category, so that looking at another one loses nothing. */
  given: {} as Record<string, string>,
  /** The attachments as they stand. */
  files: { kept: [], obstacle: '' } as Standing,
  /** The survey that made one think of it. */
  survey: '',
  /** The words last sent, and the key they were sent under. */
  sent: '',
  key: '',

  onLoad(query: { survey?: string }) {
    this.given = {}
    this.survey = query.survey ?? ''
    void this.load()
  },

  async onShow() {
    if (this.data.state === 'ready') this.setData({ space: await place().catch(() => this.data.space) })
  },

  onUnload() { this.keep() },
  onHide() { this.keep() },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const [{ items }, me, space] = await Promise.all([needs.categories(), member(), place()])
      this.setData({ state: 'ready', categories: items, company: me.enterprise?.enterprise.name ?? '', space })
      this.restore()
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  restore() {
    const draft = draftOf<Draft>(DRAFT)
    if (!draft) return
    this.given = draft.answers
    this.setData({
      title: draft.title, body: draft.body, urgency: draft.urgency, times: draft.times,
      forCompany: draft.forCompany && this.data.company !== '', isRestored: true, restored: draft.files ?? [],
    })
    if (this.data.categories.some((each) => each.code === draft.category)) this.choose(draft.category)
  },

  onCategory(event: WechatMiniprogram.TouchEvent) {
    this.choose(datasetOf<{ code: string }>(event).code)
    this.keepSoon()
  },

  choose(code: string) {
    const asked = (this.data.categories.find((each) => each.code === code)?.questions ?? []) as unknown as Question[]
    this.setData({
      category: code,
      questions: asked.map((each) => questionView(each, this.given[each.key])),
      'errors.category': '',
    })
    void this.foresee()
  },

  /** What would be promised if it were sent now. */
  async foresee() {
    const round = ++this.round
    try {
      const promise = await needs.promise(this.data.category, this.data.urgency)
      if (round === this.round) this.setData({ promise: promiseView(promise, Date.now()) })
    } catch (error) {
      console.warn('no promise to show', error)
      if (round === this.round) this.setData({ promise: null })
    }
  },

  onUrgency(event: WechatMiniprogram.TouchEvent) {
    this.setData({ urgency: datasetOf<{ urgency: Urgency }>(event).urgency })
    if (this.data.category) void this.foresee()
    this.keepSoon()
  },

  onField(event: WechatMiniprogram.Input) {
    const { name } = datasetOf<{ name: 'title' | 'body' | 'times' }>(event)
    this.setData({ [name]: event.detail.value, [`errors.${name}`]: '' })
    this.keepSoon()
  },

  onAnswer(event: WechatMiniprogram.CustomEvent<{ key: string, answer: string }>) {
    const { key, answer } = event.detail
    const at = this.data.questions.findIndex((each) => each.key === key)
    this.given[key] = answer
    this.setData({ [`questions[${at}].answer`]: answer, [`questions[${at}].error`]: '' })
    this.keepSoon()
  },

  onCompany(event: WechatMiniprogram.CustomEvent<{ value: boolean }>) {
    this.setData({ forCompany: event.detail.value })
    this.keepSoon()
  },

  onFiles(event: WechatMiniprogram.CustomEvent<Standing>) {
    this.files = event.detail
    if (this.data.errors.attachments) this.setData({ 'errors.attachments': '' })
    this.keepSoon()
  },

  onWhy() { this.setData({ isWhyOpen: !this.data.isWhyOpen }) },
  onSpace() { goTo('/pages/spaces/choose/choose?for=visit') },

  keepSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.keep(), PAUSE_MS) as unknown as number
  },

  keep() {
    clearTimeout(this.timer)
    const { category, title, body, urgency, times, forCompany, state } = this.data
    if (state !== 'ready') return
    if (!title && !body && !Object.values(this.given).some(Boolean)) return
    const draft: Draft = { category, answers: this.given, title, body, urgency, times, forCompany, files: this.files.kept }
    this.setData({ saved: keepDraft(DRAFT, draft) ? 'saved' : 'full' })
  },

  async onDiscard() {
    if (!(await confirmed('清空草稿', '已写的内容会清空，不能恢复。', '清空'))) return
    dropDraft(DRAFT)
    this.given = {}
    this.setData({ category: '', questions: [], title: '', body: '', urgency: 'normal', times: '', forCompany: false, restored: [], promise: null, isRestored: false, saved: '', errors: {}, error: '' })
  },

  async onSubmit() {
    if (this.data.isBusy || !this.isComplete()) return
    const { category, title, body, urgency, times, forCompany, space, questions } = this.data
    this.setData({ isBusy: true, error: '' })
    try {
      const written = {
        space_id: space?.id ?? null, category, title: title.trim(), body: body.trim(),
        answers: answersOf(questions), urgency, contact_times: times.trim(), for_company: forCompany,
        attachments: this.files.kept.map((each) => each.id), survey_id: this.survey || null,
      }
      const need = await needs.submit(written, this.keyOf(JSON.stringify(written)))
      this.done()
      await wx.redirectTo({ url: `/pages/needs/detail/detail?id=${need.id}&fresh=1` })
    } catch (error) {
      this.refused(error)
    }
  },

  /** One key for the same words however often they are sent; other words are another need. */
  keyOf(words: string): string {
    if (words !== this.sent) {
      this.sent = words
      this.key = newKey()
    }
    return this.key
  },

  /** Nothing is left to keep: leaving the page must not bring the draft back. */
  done() {
    clearTimeout(this.timer)
    dropDraft(DRAFT)
    this.given = {}
    this.setData({ state: 'empty' })
  },

  isComplete(): boolean {
    const { category, title, body, space } = this.data
    const questions = checked(this.data.questions)
    const errors: Record<string, string> = {}
    if (!category) errors.category = '请选一类，拿不准就选“其他”'
    if (!title.trim()) errors.title = '请用一句话说是什么事'
    if (!body.trim()) errors.body = '请写一下具体情况'
    if (!space) errors.space = '请选择由哪个空间来办'
    if (this.files.obstacle) errors.attachments = this.files.obstacle
    const isComplete = !Object.keys(errors).length && !questions.some((each) => each.error)
    this.setData({ errors, questions, error: isComplete ? '' : '还有几处没有填好，见上面红字' })
    return isComplete
  },

  refused(thrown: unknown) {
    const error = asApiError(thrown)
    const { fields } = error
    this.keep()
    this.setData({
      isBusy: false,
      error: error.isOffline ? `${error.detail}。写好的内容已存在手机上，不会丢。` : error.detail,
      errors: { title: fields.title ?? '', body: fields.body ?? '', times: fields.contact_times ?? '', space: fields.space_id ?? '', attachments: fields.attachments ?? '' },
      questions: this.data.questions.map((each) => ({ ...each, error: fields[`answers.${each.key}`] ?? '' })),
    })
  },
})
