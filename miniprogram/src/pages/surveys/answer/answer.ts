import { asApiError } from '../../../api/errors'
import * as surveys from '../../../api/surveys'
import { askedView, type AskedView, givenAnswers, wrongAnswers } from '../../../utils/asked'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { goBack, goTo, textScale } from '../../../utils/screen'
import { promiseOf, surveyLine } from '../../../utils/surveys'
import { type State, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    title: '',
    from: '',
    until: '',
    intro: '',
    promise: '',
    isAnonymous: true,
    isAnswered: false,
    asked: [] as AskedView[],
    error: '',
    isBusy: false,
  },

  id: '',

  onLoad(query: { id?: string }) {
    this.id = query.id ?? ''
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const survey = await surveys.show(this.id)
      const { title, from, until } = surveyLine(survey)
      const draft = draftOf<Record<string, string>>(this.draft()) ?? {}
      this.setData({
        state: 'ready', title, from, until, intro: survey.intro, promise: promiseOf(survey),
        isAnonymous: survey.is_anonymous, isAnswered: survey.is_answered,
        asked: survey.questions.map((each) => askedView(each, draft[each.key])),
      })
    } catch (error) {
      this.refused(error)
    }
  },

  draft(): string { return `survey:${this.id}` },

  onAsked(event: WechatMiniprogram.CustomEvent<{ at: number, asked: AskedView }>) {
    this.setData({ [`asked[${event.detail.at}]`]: event.detail.asked, error: '' })
    keepDraft(this.draft(), givenAnswers(this.data.asked))
  },

  async onSubmit() {
    if (this.data.isBusy || !this.isComplete()) return
    this.setData({ isBusy: true, error: '' })
    try {
      await surveys.answer(this.id, { answers: givenAnswers(this.data.asked) })
      this.done()
    } catch (error) {
      // The first try arrived and only its answer was lost, or another phone was first.
      if (asApiError(error).code === 'already_answered') this.done()
      else this.refused(error)
    }
    this.setData({ isBusy: false })
  },

  done() {
    dropDraft(this.draft())
    this.setData({ isAnswered: true })
  },

  isComplete(): boolean {
    const asked = wrongAnswers(this.data.asked, true)
    const isEmpty = !asked.some((each) => each.answer.trim())
    const isWrong = asked.some((each) => each.error)
    const error = isWrong ? '还有几题没有答，见上面红字' : isEmpty ? '请至少回答一题' : ''
    this.setData({ asked, error })
    return !error
  },

  refused(thrown: unknown) {
    const error = asApiError(thrown)
    if (error.code === 'survey_closed') this.setData({ state: 'empty', notice: error.detail })
    else if (this.data.state === 'ready') {
      this.setData({
        error: error.isOffline ? `${error.detail}。填好的内容已存在手机上，不会丢。` : error.detail,
        asked: this.data.asked.map((each) => ({ ...each, error: error.fields[`answers.${each.key}`] ?? '' })),
      })
    } else this.setData(trouble(thrown))
  },

  onBack() { goBack() },
  onNeed() { goTo(`/pages/needs/edit/edit?survey=${this.id}`) },
})
