import { type ApiError, asApiError } from '../../../api/errors'
import * as needs from '../../../api/needs'
import type { NeedOut, NeedPatchIn, NeedState, Urgency } from '../../../api/types'
import { type Clash, clashesOf, settled, type Words } from '../../../utils/clashes'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { checked, type Question, type QuestionView, questionView } from '../../../utils/questions'
import { confirmed, datasetOf, textScale } from '../../../utils/screen'
import { type State, trouble } from '../../../utils/trouble'

const LABELS: Words = { title: '一句话说是什么事', body: '具体情况', urgency: '急不急', times: '什么时候方便联系您' }
const URGENCY: Record<Urgency, string> = { normal: '不急', urgent: '比较急' }

/** The words of a need as one flat record: its own, and `answer:<key>` for each question. */
type Stored = Pick<NeedOut, 'title' | 'body' | 'urgency' | 'contact_times' | 'answers'>

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State | 'taken',
    notice: '',
    about: '',
    words: {} as Words,
    questions: [] as QuestionView[],
    clashes: [] as Clash[],
    errors: {} as Words,
    error: '',
    saved: '' as '' | 'full',
    isRestored: false,
    isTouched: false,
    asSupplement: '',
    isBusy: false,
  },

  id: '',
  version: 0,
  /** What the server has, as this page last heard it. */
  base: {} as Words,
  labels: LABELS,
  asked: [] as Question[],

  onLoad(query: { id?: string }) {
    this.id = query.id ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const [need, { items }] = await Promise.all([needs.show(this.id), needs.categories()])
      this.asked = (items.find((each) => each.code === need.category)?.questions ?? []) as unknown as Question[]
      this.labels = { ...LABELS, ...Object.fromEntries(this.asked.map((each) => [`answer:${each.key}`, each.label])) }
      this.version = need.version
      this.base = flat(need)
      const draft = draftOf<Words>(this.draft())
      this.write({ ...this.base, ...draft })
      this.setData({ about: `${need.category_name} · ${need.no}`, isRestored: draft !== null })
      if (need.actions.includes('edit')) this.setData({ state: 'ready' })
      else this.taken()
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  draft(): string { return `need:${this.id}:change` },

  write(words: Words) {
    this.setData({ words, questions: this.asked.map((each) => questionView(each, words[`answer:${each.key}`])) })
  },

  onField(event: WechatMiniprogram.Input) { this.put(datasetOf<{ name: string }>(event).name, event.detail.value) },
  onUrgency(event: WechatMiniprogram.TouchEvent) { this.put('urgency', datasetOf<{ urgency: Urgency }>(event).urgency) },
  onAnswer(event: WechatMiniprogram.CustomEvent<{ key: string, answer: string }>) {
    const { key, answer } = event.detail
    const at = this.data.questions.findIndex((each) => each.key === key)
    this.setData({ [`questions[${at}].answer`]: answer, [`questions[${at}].error`]: '' })
    this.put(`answer:${key}`, answer)
  },

  put(name: string, value: string) {
    const words = { ...this.data.words, [name]: value }
    this.setData({ words, [`errors.${name}`]: '', saved: keepDraft(this.draft(), words) ? '' : 'full' })
  },

  async onDiscard() {
    if (!(await confirmed('不要这些修改', '没有保存的修改会清掉，原来的内容不变。', '不要了'))) return
    dropDraft(this.draft())
    this.write(this.base)
    this.setData({ isRestored: false, errors: {}, error: '' })
  },

  onTake(event: WechatMiniprogram.TouchEvent) {
    const { name, take } = datasetOf<Pick<Clash, 'name' | 'take'>>(event)
    const at = this.data.clashes.findIndex((each) => each.name === name)
    this.setData({ [`clashes[${at}].take`]: take })
  },

  async onSave() {
    if (this.data.isBusy) return
    if (this.data.clashes.length) {
      const named = this.data.clashes.map((each) => ({ ...each, mine: this.data.words[each.name] ?? '', theirs: this.base[each.name] ?? '' }))
      this.write(settled(this.data.words, named))
    }
    if (!this.isComplete()) {
      this.setData({ clashes: [] })
      return
    }
    this.setData({ isBusy: true, error: '' })
    try {
      await needs.change(this.id, this.patch(), this.version)
      dropDraft(this.draft())
      await wx.navigateBack()
    } catch (error) {
      this.refused(asApiError(error))
    }
  },

  isComplete(): boolean {
    const { words } = this.data
    const questions = checked(this.data.questions)
    const errors: Words = {}
    if (!words.title?.trim()) errors.title = '请用一句话说是什么事'
    if (!words.body?.trim()) errors.body = '请写一下具体情况'
    const isComplete = !Object.keys(errors).length && !questions.some((each) => each.error)
    this.setData({ errors, questions, error: isComplete ? '' : '还有几处没有填好，见上面红字' })
    return isComplete
  },

  patch(): NeedPatchIn {
    const { title = '', body = '', urgency, times = '' } = this.data.words
    const answers = Object.fromEntries(this.asked.map((each) => [each.key, this.data.words[`answer:${each.key}`]?.trim() ?? '']).filter(([, text]) => text))
    return { title: title.trim(), body: body.trim(), urgency: urgency as Urgency, contact_times: times.trim(), answers }
  },

  refused(error: ApiError) {
    this.setData({ isBusy: false })
    const current = error.facts.current as (Stored & { version: number, state: NeedState }) | null | undefined
    if (current && current.state !== 'submitted') return this.taken()
    if (error.code === 'version_conflict' && current) return this.clash(current)
    const { fields } = error
    this.setData({
      error: error.isOffline ? `${error.detail}。改的内容已存在手机上，不会丢。` : error.detail,
      clashes: [],
      errors: { title: fields.title ?? '', body: fields.body ?? '', times: fields.contact_times ?? '' },
      questions: this.data.questions.map((each) => ({ ...each, error: fields[`answers.${each.key}`] ?? '' })),
    })
    return undefined
  },

  /** Changed elsewhere meanwhile: both are shown, and the person chooses. The same words need no choice. */
  clash(current: Stored & { version: number }) {
    this.version = current.version
    this.base = flat(current)
    const clashes = clashesOf(this.labels, this.data.words, this.base).map((each) =>
      each.name === 'urgency' ? { ...each, mine: URGENCY[each.mine as Urgency], theirs: URGENCY[each.theirs as Urgency] } : each)
    this.setData({ clashes })
    if (!clashes.length) void this.onSave()
  },

  /** Somebody took it up: the words may not change any more, but they are not lost. */
  taken() {
    const changes = clashesOf(this.labels, this.data.words, this.base).filter((each) => each.name !== 'urgency')
    this.setData({ state: 'taken', isTouched: changes.length > 0, asSupplement: changes.map((each) => `${each.label}：${each.mine}`).join('\n') })
  },

  onSupplement() {
    if (this.data.isTouched) keepDraft(`need:${this.id}:supplement`, { text: this.data.asSupplement })
    dropDraft(this.draft())
    void wx.redirectTo({ url: `/pages/needs/detail/detail?id=${this.id}&act=supplement` })
  },
})

function flat({ title, body, urgency, contact_times: times, answers }: Stored): Words {
  return { title, body, urgency, times, ...Object.fromEntries(Object.entries(answers).map(([key, answer]) => [`answer:${key}`, answer])) }
}
