import * as checkins from '../../../api/checkins'
import { asApiError } from '../../../api/errors'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { datasetOf, goBack, textScale } from '../../../utils/screen'
import { stampLabel } from '../../../utils/time'

const SCORES = [
  { score: 3, name: '满意', icon: 'smile' },
  { score: 2, name: '基本满意', icon: 'neutral' },
  { score: 1, name: '不满意', icon: 'frown' },
]

Page({
  data: {
    screen: textScale(),
    scores: SCORES,
    title: '',
    score: 0,
    text: '',
    error: '',
    isBusy: false,
    until: '',
  },

  id: '',

  onLoad(query: { id?: string, title?: string }) {
    this.id = query.id ?? ''
    const draft = draftOf<{ score: number, text: string }>(`rating:${this.id}`)
    this.setData({ title: decodeURIComponent(query.title ?? ''), score: draft?.score ?? 0, text: draft?.text ?? '' })
  },

  onScore(event: WechatMiniprogram.TouchEvent) {
    this.setData({ score: datasetOf<{ score: number }>(event).score, error: '' })
    this.keep()
  },

  onText(event: WechatMiniprogram.Input) {
    this.setData({ text: event.detail.value })
    this.keep()
  },

  keep() { keepDraft(`rating:${this.id}`, { score: this.data.score, text: this.data.text }) },

  async onSubmit() {
    const { score, text, isBusy } = this.data
    if (isBusy) return
    if (!score) {
      this.setData({ error: '请选一项' })
      return
    }
    this.setData({ isBusy: true, error: '' })
    try {
      const rating = await checkins.rate(this.id, { score, text: text.trim() })
      dropDraft(`rating:${this.id}`)
      this.setData({ until: stampLabel(rating.editable_until, Date.now()) })
    } catch (error) {
      this.setData({ error: asApiError(error).detail })
    }
    this.setData({ isBusy: false })
  },

  onBack() { goBack() },
})
