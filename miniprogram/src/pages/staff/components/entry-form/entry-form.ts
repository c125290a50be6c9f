// Before somebody is let in or taken back: how many came along, and why.
import { datasetOf } from '../../../../utils/screen'

export type FormKind = 'party' | 'confirm' | 'walk_in' | 'over_capacity' | 'late' | 'void' | 'mismatch' | 'leave'

interface Form {
  title: string
  text: string
  submit: string
  hasParty: boolean
  /** What is said most often, so that nobody types while others wait; empty when no reason is needed. */
  reasons: string[]
}

const FORMS: Record<FormKind, Form> = {
  party: { title: '带了几位？', text: '', submit: '请进', hasParty: true, reasons: [] },
  confirm: { title: '确认入场', text: '', submit: '确认入场', hasParty: true, reasons: [] },
  walk_in: { title: '现场报名', text: '现在报名并签到，占用本场名额。', submit: '报名并签到', hasParty: true, reasons: [] },
  over_capacity: { title: '加座', text: '名额已满。加座单独统计，请写明原因。', submit: '加座并签到', hasParty: true, reasons: ['受邀嘉宾', '家属临时到场', '现场有空位'] },
  late: { title: '补签', text: '签到时间已过。补签会记下原因和经手人。', submit: '补签', hasParty: false, reasons: ['到过现场，忘了签到', '手机没电', '当时网络不通'] },
  void: { title: '撤销签到', text: '人数和统计立刻更新，这条记录保留并注明原因。', submit: '撤销这次签到', hasParty: false, reasons: ['扫错人了', '本人没有到场', '登记重复'] },
  leave: { title: '签退', text: '记下现在离开，按实际时长计算。签退之后不能改。', submit: '现在签退', hasParty: false, reasons: [] },
  mismatch: { title: '颜色或字对不上', text: '这次签到会撤销，并记下原因。', submit: '撤销这次签到', hasParty: false, reasons: ['颜色或字对不上', '不是本人', '对方拿不出来'] },
}

Component({
  properties: {
    kind: { type: String, value: 'party' as FormKind },
    name: { type: String, value: '' },
    /** Beside the name: who this is, or how they are signed up. */
    note: { type: String, value: '' },
    along: { type: Number, value: 0 },
    most: { type: Number, value: 19 },
    busy: { type: Boolean, value: false },
  },
  data: {
    form: FORMS.party,
    many: 0,
    reason: '',
    error: '',
  },
  observers: {
    'kind, along'(kind: FormKind, along: number) {
      this.setData({ form: FORMS[kind], many: along, reason: '', error: '' })
    },
  },
  methods: {
    onStep(event: WechatMiniprogram.TouchEvent) {
      const many = this.data.many + datasetOf<{ by: number }>(event).by
      this.setData({ many: Math.min(Math.max(many, 0), this.properties.most) })
    },
    onReason(event: WechatMiniprogram.Input) { this.setData({ reason: event.detail.value, error: '' }) },
    onChip(event: WechatMiniprogram.TouchEvent) { this.setData({ reason: datasetOf<{ reason: string }>(event).reason, error: '' }) },
    onSubmit() {
      const { form, many, reason } = this.data
      if (this.properties.busy) return
      if (form.reasons.length && !reason.trim()) this.setData({ error: '请写一句原因' })
      else this.triggerEvent('submit', { along: many, reason: reason.trim() })
    },
    onCancel() { this.triggerEvent('cancel') },
  },
})
