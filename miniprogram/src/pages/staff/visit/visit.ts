import type { CategoryOut, VisitTargetOut } from '../../../api/types'
import { askedView, type AskedView, givenAnswers, wrongAnswers } from '../../../utils/asked'
import type { Kept, Standing } from '../../../utils/attachments'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { newKey } from '../../../utils/keys'
import { answersOf, checked, type Question, type QuestionView, questionView } from '../../../utils/questions'
import { confirmed, datasetOf, goBack, textScale } from '../../../utils/screen'
import { keptMe } from '../door/keeping'
import { keptRound, syncVisits } from '../door/visiting'
import { type HeardNeed, visitQueue, type Written } from '../door/visits'

const PAUSE_MS = 300
const MOST_NEEDS = 10

interface Draft extends Omit<Written, 'photos'> {
  kept: Kept[]
}

interface NeedView extends HeardNeed {
  categoryName: string
}

const NOTHING: Omit<Draft, 'at'> = {
  daysAgo: 0, state: 'done', reason: '', met: '', visitors: '', summary: '', answers: {}, needs: [], kept: [],
}
const NO_NEED = { category: '', title: '', body: '', urgency: 'normal' as HeardNeed['urgency'] }

Page({
  data: {
    screen: textScale(),
    isFound: true,
    name: '',
    place: '',
    why: '',
    contact: '',
    openNeeds: 0,
    isAnonymous: false,
    days: ['今天', '昨天', '前天'],
    states: [{ value: 'done', name: '走访了' }, { value: 'refused', name: '谢绝走访' }, { value: 'unreachable', name: '联系不上' }],
    ...NOTHING,
    asked: [] as AskedView[],
    heard: [] as NeedView[],
    categories: [] as CategoryOut[],
    isNeedOpen: false,
    need: NO_NEED,
    needQuestions: [] as QuestionView[],
    needError: '',
    obstacle: '',
    error: '',
    saved: '' as '' | 'saved' | 'full',
    isRestored: false,
    isBusy: false,
  },

  target: null as VisitTargetOut | null,
  mends: '',
  at: 0,
  timer: 0,
  photos: [] as Kept[],
  isDone: false,

  onLoad(query: { target?: string, ref?: string }) {
    const round = keptRound()
    const season = round?.seasons.find(({ targets }) => targets.some((each) => each.id === query.target))
    const target = season?.targets.find((each) => each.id === query.target)
    if (!round || !season || !target) {
      this.setData({ isFound: false })
      return
    }
    this.target = target
    this.mends = query.ref ?? ''
    const found = this.restore(target.id)
    const draft = found ?? { ...NOTHING, at: Date.now(), visitors: keptMe()?.name ?? '' }
    this.at = draft.at
    this.photos = draft.kept
    this.isDone = false
    this.setData({
      ...draft,
      name: target.name,
      place: [target.building, target.room].filter(Boolean).join(' '),
      why: target.reasons.map((each) => each.text).join('，'),
      contact: [target.contact, target.phone].filter(Boolean).join(' '),
      openNeeds: target.open_needs,
      isAnonymous: season.campaign.is_anonymous,
      asked: season.campaign.questions.map((each) => askedView(each, draft.answers[each.key])),
      categories: round.categories,
      heard: draft.needs.map((each) => this.viewOf(each, round.categories)),
      isRestored: found !== null,
    })
  },

  onHide() { this.keep() },
  onUnload() { this.keep() },

  /** What was being written, or what the server would not take. */
  restore(targetId: string): Draft | null {
    const draft = draftOf<Draft>(`visit:${targetId}`)
    if (draft) return draft
    const entry = this.mends ? visitQueue.find(this.mends) : undefined
    // Its uploads are gone by now, or belong to nothing: they are chosen anew.
    return entry ? { ...entry.written, kept: [] } : null
  },

  viewOf(need: HeardNeed, categories: CategoryOut[]): NeedView {
    return { ...need, categoryName: categories.find((each) => each.code === need.category)?.name ?? '' }
  },

  onPick(event: WechatMiniprogram.TouchEvent) {
    const { name, value } = datasetOf<{ name: 'state' | 'daysAgo', value: string | number }>(event)
    this.setData({ [name]: value, error: '' })
    this.keepSoon()
  },

  onField(event: WechatMiniprogram.Input) {
    const { name } = datasetOf<{ name: 'reason' | 'met' | 'visitors' | 'summary' }>(event)
    this.setData({ [name]: event.detail.value })
    this.keepSoon()
  },

  onAsked(event: WechatMiniprogram.CustomEvent<{ at: number, asked: AskedView }>) {
    this.setData({ [`asked[${event.detail.at}]`]: event.detail.asked })
    this.keepSoon()
  },

  onPhotos(event: WechatMiniprogram.CustomEvent<Standing>) {
    const { kept, obstacle } = event.detail
    // Not `kept` of the data: that would fill the picker anew.
    this.photos = kept
    this.setData({ obstacle })
    this.keepSoon()
  },

  onNeed() { this.setData({ isNeedOpen: true, need: NO_NEED, needQuestions: [], needError: '' }) },
  onNeedOff() { this.setData({ isNeedOpen: false }) },

  onNeedCategory(event: WechatMiniprogram.TouchEvent) {
    const { code } = datasetOf<{ code: string }>(event)
    const category = this.data.categories.find((each) => each.code === code)
    const asked = (category?.questions ?? []) as unknown as Question[]
    this.setData({ 'need.category': code, 'needQuestions': asked.map((each) => questionView(each)), 'needError': '' })
  },

  onNeedField(event: WechatMiniprogram.Input) {
    const { name } = datasetOf<{ name: 'title' | 'body' }>(event)
    this.setData({ [`need.${name}`]: event.detail.value, needError: '' })
  },

  onNeedUrgency() { this.setData({ 'need.urgency': this.data.need.urgency === 'urgent' ? 'normal' : 'urgent' }) },

  onNeedAnswer(event: WechatMiniprogram.CustomEvent<{ key: string, answer: string }>) {
    const at = this.data.needQuestions.findIndex((each) => each.key === event.detail.key)
    this.setData({ [`needQuestions[${at}].answer`]: event.detail.answer, [`needQuestions[${at}].error`]: '' })
  },

  onNeedDone() {
    const { need, heard, categories } = this.data
    const needQuestions = checked(this.data.needQuestions)
    const title = need.title.trim()
    const body = need.body.trim()
    if (!need.category || !title || !body || needQuestions.some((each) => each.error)) {
      this.setData({ needQuestions, needError: !need.category ? '请选一类，拿不准就选“其他”' : '一句话和原话都要记，标出的题也要答' })
      return
    }
    const fresh = this.viewOf({ ...need, title, body, answers: answersOf(needQuestions) }, categories)
    this.setData({ heard: [...heard, fresh].slice(0, MOST_NEEDS), isNeedOpen: false })
    this.keepSoon()
  },

  onNeedGone(event: WechatMiniprogram.TouchEvent) {
    const { at } = datasetOf<{ at: number }>(event)
    this.setData({ heard: this.data.heard.filter((_, index) => index !== at) })
    this.keepSoon()
  },

  keepSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.keep(), PAUSE_MS) as unknown as number
  },

  draft(): Draft {
    const { daysAgo, state, reason, met, visitors, summary, asked, heard } = this.data
    return {
      at: this.at, daysAgo, state, reason, met, visitors, summary, kept: this.photos,
      answers: givenAnswers(asked),
      needs: heard.map(({ category, title, body, urgency, answers }) => ({ category, title, body, urgency, answers })),
    }
  },

  keep() {
    clearTimeout(this.timer)
    if (!this.target || this.isDone) return
    const draft = this.draft()
    const isWritten = draft.state !== 'done' || draft.met || draft.summary || draft.needs.length || Object.keys(draft.answers).length
    if (!isWritten && !draft.kept.length) return
    this.setData({ saved: keepDraft(`visit:${this.target.id}`, draft) ? 'saved' : 'full' })
  },

  async onDiscard() {
    if (!this.target || !(await confirmed('清空草稿', '已写的内容会清空，不能恢复。', '清空'))) return
    dropDraft(`visit:${this.target.id}`)
    this.isDone = true
    goBack()
  },

  async onSubmit() {
    const { target } = this
    if (!target || this.data.isBusy || !this.isComplete()) return
    const { kept, ...written } = this.draft()
    const entry = { ref: newKey(), targetId: target.id, name: target.name, written: { ...written, photos: kept.map((each) => each.id) } }
    if (!visitQueue.add(entry, this.mends)) {
      this.setData({ error: '手机存储已满，没有记上，请不要关闭这一页，清理后再试' })
      return
    }
    this.isDone = true
    clearTimeout(this.timer)
    dropDraft(`visit:${target.id}`)
    this.setData({ isBusy: true })
    await syncVisits()
    const verdict = visitQueue.find(entry.ref)?.verdict
    void wx.showToast({ title: verdict?.kind === 'refused' ? '服务器没有收下，见名单上方' : verdict ? '已记下' : '已存在手机上，有网络自动上传', icon: 'none' })
    goBack()
  },

  isComplete(): boolean {
    const { state, reason, obstacle, isNeedOpen } = this.data
    const asked = state === 'done' ? wrongAnswers(this.data.asked) : this.data.asked
    let error = ''
    if (state !== 'done' && reason.trim().length < 2) error = '请写明原因，下次去的人要知道'
    else if (isNeedOpen) error = '有一件诉求还没记完，请先点“记下这件”或“不记了”'
    else if (state === 'done' && obstacle) error = obstacle
    else if (asked.some((each) => each.error)) error = '还有几题没有答，见上面红字'
    this.setData({ asked, error })
    return !error
  },
})
