import * as enterprises from '../../../api/enterprises'
import { asApiError } from '../../../api/errors'
import * as needs from '../../../api/needs'
import type { CategoryOut, CreatedNeedOut, EnterpriseBrief, StaffNeedIn, StaffSpaceOut, Urgency } from '../../../api/types'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { newKey } from '../../../utils/keys'
import { promiseView } from '../../../utils/needs'
import { answersOf, checked, type Question, type QuestionView, questionView } from '../../../utils/questions'
import { confirmed, datasetOf, goBack, textScale } from '../../../utils/screen'
import { type State, trouble } from '../../../utils/trouble'
import * as door from '../door/api'

type Source = StaffNeedIn['source']

const DRAFT = 'staff-need'
const PAUSE_MS = 300
const LEAST = 2
const SOURCES: { source: Source, name: string }[] = [
  { source: 'visit', name: '当面、走访' },
  { source: 'phone', name: '电话里' },
  { source: 'meeting', name: '会上' },
  { source: 'survey', name: '调研中' },
]
const EMPTY = {
  source: 'visit' as Source, category: '', title: '', body: '', times: '', urgency: 'normal' as Urgency,
  company: null as EnterpriseBrief | null,
}

interface Draft {
  written: typeof EMPTY
  answers: Record<string, string>
  space: string
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    sources: SOURCES,
    categories: [] as CategoryOut[],
    spaces: [] as StaffSpaceOut[],
    space: '',
    ...EMPTY,
    questions: [] as QuestionView[],
    q: '',
    found: [] as EnterpriseBrief[],
    isSearched: false,
    errors: {} as Record<string, string>,
    error: '',
    saved: '' as '' | 'saved' | 'full',
    isRestored: false,
    isBusy: false,
    done: null as null | { no: string, respond: string, resolve: string },
  },

  timer: 0,
  searching: 0,
  round: 0,
  given: {} as Record<string, string>,
  sent: '',
  key: '',

  onLoad(query: { space?: string }) {
    this.given = {}
    this.setData({ space: query.space ?? '' })
    void this.load()
  },

  onUnload() { this.keep() },
  onHide() { this.keep() },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const [{ items }, me] = await Promise.all([needs.categories(), door.me()])
      const spaces = me.spaces.filter((each) => each.verbs.includes('submit_need'))
      const space = spaces.find((each) => each.id === this.data.space) ?? spaces[0]
      this.setData({ state: 'ready', categories: items, spaces, space: space?.id ?? '' })
      this.restore()
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  restore() {
    const draft = draftOf<Draft>(DRAFT)
    if (!draft) return
    this.given = draft.answers
    const isMine = this.data.spaces.some((each) => each.id === draft.space)
    this.setData({ ...draft.written, space: isMine ? draft.space : this.data.space, isRestored: true })
    this.ask(draft.written.category)
  },

  onPick(event: WechatMiniprogram.TouchEvent) {
    const { name, value } = datasetOf<{ name: 'source' | 'urgency' | 'space', value: string }>(event)
    this.setData({ [name]: value })
    this.keepSoon()
  },

  onCategory(event: WechatMiniprogram.TouchEvent) {
    this.ask(datasetOf<{ code: string }>(event).code)
    this.keepSoon()
  },

  ask(code: string) {
    const category = this.data.categories.find((each) => each.code === code)
    const asked = (category?.questions ?? []) as unknown as Question[]
    this.setData({
      category: category ? code : '',
      questions: asked.map((each) => questionView(each, this.given[each.key])),
      'errors.category': '',
    })
  },

  onField(event: WechatMiniprogram.Input) {
    const { name } = datasetOf<{ name: 'title' | 'body' | 'times' }>(event)
    this.setData({ [name]: event.detail.value, [`errors.${name}`]: '' })
    this.keepSoon()
  },

  onAnswer(event: WechatMiniprogram.Input) { this.answer(datasetOf<{ key: string }>(event).key, event.detail.value) },
  onChoice(event: WechatMiniprogram.TouchEvent) {
    const { key, value } = datasetOf<{ key: string, value: string }>(event)
    this.answer(key, value)
  },

  answer(key: string, answer: string) {
    const at = this.data.questions.findIndex((each) => each.key === key)
    this.given[key] = answer
    this.setData({ [`questions[${at}].answer`]: answer, [`questions[${at}].error`]: '' })
    this.keepSoon()
  },

  onSearch(event: WechatMiniprogram.Input) {
    this.setData({ q: event.detail.value.trim() })
    clearTimeout(this.searching)
    this.searching = setTimeout(() => void this.search(), PAUSE_MS) as unknown as number
  },

  async search() {
    const round = ++this.round
    const { q } = this.data
    if (q.length < LEAST) {
      this.setData({ found: [], isSearched: false })
      return
    }
    try {
      const { items } = await enterprises.search(q)
      if (round === this.round) this.setData({ found: items, isSearched: true, error: '' })
    } catch (error) {
      if (round === this.round) this.setData({ error: asApiError(error).detail })
    }
  },

  onCompany(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    this.setData({ company: this.data.found.find((each) => each.id === id) ?? null, q: '', found: [], isSearched: false })
    this.keepSoon()
  },

  onNoCompany() {
    this.setData({ company: null })
    this.keepSoon()
  },

  keepSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.keep(), PAUSE_MS) as unknown as number
  },

  written(): typeof EMPTY {
    const { source, category, title, body, times, urgency, company } = this.data
    return { source, category, title, body, times, urgency, company }
  },

  keep() {
    clearTimeout(this.timer)
    const written = this.written()
    if (this.data.state !== 'ready' || this.data.done) return
    if (!written.title && !written.body && !written.company && !Object.values(this.given).some(Boolean)) return
    this.setData({ saved: keepDraft(DRAFT, { written, answers: this.given, space: this.data.space } satisfies Draft) ? 'saved' : 'full' })
  },

  async onDiscard() {
    if (await confirmed('清空草稿', '已写的内容会清空，不能恢复。', '清空')) this.restart()
  },

  /** An empty form, for the next one. */
  restart() {
    clearTimeout(this.timer)
    dropDraft(DRAFT)
    this.given = {}
    this.setData({ ...EMPTY, questions: [], q: '', found: [], isSearched: false, isRestored: false, saved: '', errors: {}, error: '', done: null })
  },

  onAgain() { this.restart() },
  onBack() { goBack() },

  async onSubmit() {
    if (this.data.isBusy || !this.isComplete()) return
    this.setData({ isBusy: true, error: '' })
    const { space, questions } = this.data
    const { company, times, title, body, ...rest } = this.written()
    const need = {
      ...rest, space_id: space, title: title.trim(), body: body.trim(), contact_times: times.trim(),
      answers: answersOf(questions), enterprise_id: company?.id ?? null,
    }
    try {
      this.told(await door.takeNeed(need, this.keyOf(JSON.stringify(need))))
    } catch (error) {
      this.refused(error)
    }
    this.setData({ isBusy: false })
  },

  told(need: CreatedNeedOut) {
    const { respond, resolve } = promiseView(need.promise, Date.now())
    clearTimeout(this.timer)
    dropDraft(DRAFT)
    this.setData({ done: { no: need.no, respond, resolve } })
    void wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  /** One key for the same words however often they are sent; other words are another need. */
  keyOf(words: string): string {
    if (words !== this.sent) {
      this.sent = words
      this.key = newKey()
    }
    return this.key
  },

  isComplete(): boolean {
    const { category, title, body, space } = this.data
    const questions = checked(this.data.questions)
    const errors: Record<string, string> = {}
    if (!category) errors.category = '请选一类，拿不准就选“其他”'
    if (!title.trim()) errors.title = '请用一句话记下是什么事'
    if (!body.trim()) errors.body = '请照对方的原话记几句'
    if (!space) errors.space = '请选择由哪个空间来办'
    const isComplete = !Object.keys(errors).length && !questions.some((each) => each.error)
    this.setData({ errors, questions, error: isComplete ? '' : '还有几处没有填好，见上面红字' })
    return isComplete
  },

  refused(thrown: unknown) {
    const error = asApiError(thrown)
    const { fields } = error
    this.keep()
    this.setData({
      error: error.isOffline ? `${error.detail}。记下的内容已存在手机上，不会丢，有网络时再交。` : error.detail,
      errors: { title: fields.title ?? '', body: fields.body ?? '', times: fields.contact_times ?? '' },
      questions: this.data.questions.map((each) => ({ ...each, error: fields[`answers.${each.key}`] ?? '' })),
    })
  },
})
