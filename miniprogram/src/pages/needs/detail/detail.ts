import { asApiError } from '../../../api/errors'
import * as needs from '../../../api/needs'
import type { NeedOut, Satisfaction, Solved } from '../../../api/types'
import { fileView, type FileView, type Standing } from '../../../utils/attachments'
import { draftOf, dropDraft, keepDraft } from '../../../utils/drafts'
import { type ActivityView, activityView, type BriefView, briefView, lineView, type LineView, promiseView, SATISFACTION, SOLVED } from '../../../utils/needs'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

type Act = 'supplement' | 'withdraw' | 'rate' | 'reopen' | 'appeal'

const SHEETS: Record<Act, { title: string, hint: string, button: string, max: number, done: string }> = {
  supplement: { title: '补充说明', hint: '补充新的情况，或回答工作人员的提问', button: '提交补充', max: 2000, done: '已补充' },
  withdraw: { title: '撤回诉求', hint: '选填：为什么撤回', button: '确认撤回', max: 60, done: '已撤回' },
  rate: { title: '这件事办得怎么样？', hint: '选填：还想说点什么', button: '提交评价', max: 500, done: '谢谢您的评价' },
  reopen: { title: '请我们再办一次', hint: '哪里还没有解决？请写清楚，我们会重新办理', button: '要求重办', max: 2000, done: '已重新开始办理' },
  appeal: { title: '请镇里再看一看', hint: '为什么觉得应该能办？镇里会在 3 个工作日内答复您', button: '向镇里申诉', max: 500, done: '已转到镇里' },
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    isFresh: false,
    need: null as BriefView | null,
    body: '',
    files: [] as FileView[],
    lead: '',
    promise: null as ReturnType<typeof promiseView> | null,
    isOpen: false,
    lines: [] as LineView[],
    activities: [] as ActivityView[],
    verdict: '',
    actions: {} as Partial<Record<Act | 'edit', boolean>>,
    sheet: '' as Act | '',
    sheetWords: SHEETS.supplement,
    text: '',
    satisfaction: '' as Satisfaction | '',
    solved: '' as Solved | '',
    satisfactions: SATISFACTION,
    solvings: SOLVED,
    error: '',
    isBusy: false,
  },

  id: '',

  /** What goes along with an addition. */
  sent: { kept: [], obstacle: '' } as Standing,

  /** What the page before asks to begin with. */
  asked: '',

  onLoad(query: { id?: string, fresh?: string, act?: string }) {
    this.id = query.id ?? ''
    this.asked = query.act ?? ''
    this.setData({ isFresh: query.fresh === '1' })
  },

  onShow() { void this.load() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const need = await needs.show(this.id)
      this.show(need)
      if (this.asked === 'supplement' && need.actions.includes('supplement')) this.open('supplement')
      this.asked = ''
    } catch (error) {
      if (this.data.need) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  show(need: NeedOut) {
    const now = Date.now()
    const { rating } = need
    this.setData({
      state: 'ready',
      notice: '',
      need: briefView(need, now),
      body: need.body,
      files: need.attachments.map(fileView),
      lead: need.lead_unit,
      promise: promiseView(need.promise, now),
      isOpen: !['answered', 'closed', 'withdrawn'].includes(need.state),
      activities: need.activities.map((each) => activityView(each, now)),
      lines: need.timeline.map((line) => lineView(line, now)).reverse(),
      verdict: rating ? [nameOf(SATISFACTION, rating.satisfaction), nameOf(SOLVED, rating.solved), rating.text].filter(Boolean).join(' · ') : '',
      actions: Object.fromEntries(need.actions.map((each) => [each, true])),
    })
  },

  onSheet(event: WechatMiniprogram.TouchEvent) { this.open(datasetOf<{ act: Act }>(event).act) },
  onChange() { goTo(`/pages/needs/change/change?id=${this.id}`) },

  onFiles(event: WechatMiniprogram.CustomEvent<Standing>) {
    this.sent = event.detail
    this.setData({ error: '' })
  },

  open(act: Act) {
    this.sent = { kept: [], obstacle: '' }
    const draft = draftOf<{ text: string }>(`need:${this.id}:${act}`)
    this.setData({ sheet: act, sheetWords: SHEETS[act], text: draft?.text ?? '', error: '' })
  },

  onSheetClosed(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
    if (!event.detail.visible) this.setData({ sheet: '' })
  },

  onText(event: WechatMiniprogram.Input) {
    this.setData({ text: event.detail.value, error: '' })
    keepDraft(`need:${this.id}:${this.data.sheet}`, { text: event.detail.value })
  },

  onActivity(event: WechatMiniprogram.TouchEvent) { goTo(`/pages/activities/detail/detail?id=${datasetOf<{ id: string }>(event).id}`) },

  async onVerdict(event: WechatMiniprogram.TouchEvent) {
    const { id, solved } = datasetOf<{ id: string, solved: Solved }>(event)
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    try {
      this.show(await needs.verdict(this.id, { activity_id: id, solved }))
      void wx.showToast({ title: solved === 'yes' ? '太好了，谢谢您' : '记下了，我们接着办', icon: 'none' })
    } catch (error) {
      tellTrouble(error)
      if (asApiError(error).status === 409) void this.load()
    }
    this.setData({ isBusy: false })
  },

  onSatisfaction(event: WechatMiniprogram.TouchEvent) { this.setData({ ...datasetOf<{ satisfaction: Satisfaction }>(event), error: '' }) },
  onSolved(event: WechatMiniprogram.TouchEvent) { this.setData({ ...datasetOf<{ solved: Solved }>(event), error: '' }) },

  async onSend() {
    const { sheet, isBusy } = this.data
    if (isBusy || !sheet) return
    const missing = this.missing(sheet)
    if (missing) {
      this.setData({ error: missing })
      return
    }
    this.setData({ isBusy: true, error: '' })
    try {
      const need = await this.send(sheet)
      dropDraft(`need:${this.id}:${sheet}`)
      this.setData({ sheet: '', text: '' })
      this.show(need)
      void wx.showToast({ title: SHEETS[sheet].done, icon: 'none' })
    } catch (thrown) {
      const error = asApiError(thrown)
      this.setData({ error: error.isOffline ? `${error.detail}。写好的内容已存在手机上。` : error.detail })
      if (error.status === 409) void this.load()
    }
    this.setData({ isBusy: false })
  },

  missing(act: Act): string {
    const { text, satisfaction, solved } = this.data
    if (act === 'supplement' && this.sent.obstacle) return this.sent.obstacle
    if (act === 'rate') return satisfaction && solved ? '' : '请各选一项'
    return act !== 'withdraw' && !text.trim() ? '请写几句' : ''
  },

  send(act: Act): Promise<NeedOut> {
    const text = this.data.text.trim()
    switch (act) {
      case 'supplement': return needs.supplement(this.id, { text, attachments: this.sent.kept.map((each) => each.id) })
      case 'withdraw': return needs.withdraw(this.id, { reason: text })
      case 'appeal': return needs.appeal(this.id, { reason: text })
      case 'reopen': return needs.reopen(this.id, { reason: text })
      case 'rate': return needs.rate(this.id, {
        satisfaction: this.data.satisfaction as Satisfaction, solved: this.data.solved as Solved, text,
      })
    }
  },
})

const nameOf = (names: { value: string, name: string }[], value: string): string => names.find((each) => each.value === value)?.name ?? ''
