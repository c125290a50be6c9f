/** Needs as people read them: tones of states, lines of history, the promise. */

import type { NeedActivityOut, NeedBriefOut, NeedLineOut, NeedState, PromiseOut, Satisfaction, Solved } from '../api/types'
import { fileView, type FileView } from './attachments'
import type { Tone } from './buttons'
import { momentLabel, stampLabel } from './time'

const TONES: Record<NeedState, Tone> = {
  submitted: 'wait', triaged: 'wait', dispatched: 'wait', in_progress: 'wait', waiting_info: 'warn',
  returned: 'wait', answered: 'go', reopened: 'wait', closed: 'good', withdrawn: 'quiet',
}

export const needTone = (state: NeedState): Tone => TONES[state]

const LINES: Record<string, string> = {
  submit: '提交诉求', edit: '修改内容', supplement: '补充说明', withdraw: '撤回', rate: '作出评价', reopen: '要求重办',
  triage: '已受理', dispatch: '派单办理', return: '退回重派', reply: '回复', request_info: '请您补充', resume: '继续办理',
  answer: '正式答复', close: '办结', link: '安排了活动', resolve: '解决了', feedback: '活动之后', check: '内容检查', refuse: '未通过检查',
}

export interface LineView {
  key: string
  title: string
  by: string
  text: string
  at: string
  isMine: boolean
  isAnswer: boolean
  files: FileView[]
}

export function lineView(line: NeedLineOut, now: number): LineView {
  return {
    key: `${line.at} ${line.type} ${line.text.slice(0, 20)}`,
    title: LINES[line.type] ?? '更新',
    by: line.by,
    text: line.text,
    at: stampLabel(line.at, now),
    isMine: line.by_kind === 'member',
    isAnswer: line.type === 'answer',
    files: line.attachments.map(fileView),
  }
}

/** The two moments promised, and what moved them there: holidays, weekends, make-up days. */
export function promiseView(promise: PromiseOut, now: number): { respond: string, resolve: string, why: string[], provisional: boolean } {
  return {
    respond: momentLabel(promise.respond_by, now),
    resolve: momentLabel(promise.resolve_by, now),
    // The server's lines begin with the promise itself, which stands above already.
    why: promise.explained.filter((line) => !line.startsWith('我们会在')),
    provisional: promise.provisional,
  }
}

export const SATISFACTION: { value: Satisfaction, name: string, icon: string }[] = [
  { value: 'satisfied', name: '满意', icon: 'smile' },
  { value: 'basic', name: '基本满意', icon: 'neutral' },
  { value: 'unsatisfied', name: '不满意', icon: 'frown' },
]

export const SOLVED: { value: Solved, name: string }[] = [
  { value: 'yes', name: '解决了' },
  { value: 'partly', name: '部分解决' },
  { value: 'no', name: '没有解决' },
]

export interface ActivityView {
  id: string
  title: string
  when: string
  /** How it stands: a place kept, asked, answered. */
  note: string
  asks: boolean
  question: string
}

/** An activity held for a need, as its owner reads it. */
export function activityView(held: NeedActivityOut, now: number): ActivityView {
  return {
    id: held.activity_id,
    title: held.title,
    when: held.starts_at ? momentLabel(held.starts_at, now) : '',
    note: activityNote(held, now),
    asks: held.asked && !held.result && held.state !== 'cancelled',
    question: held.came ? '谢谢您来，问题解决了吗？' : '这次没有见到您。问题解决了吗？',
  }
}

function activityNote(held: NeedActivityOut, now: number): string {
  if (held.state === 'cancelled') return '活动取消了'
  if (held.result) return `您说：${SOLVED.find((each) => each.value === held.result)?.name ?? ''}${held.comment ? `。${held.comment}` : ''}`
  const until = held.seat_held_until
  return until && Date.parse(until) > now && !held.asked ? `为您留了位置，保留到 ${momentLabel(until, now)}` : ''
}

export interface BriefView {
  id: string
  no: string
  title: string
  category: string
  space: string
  state: string
  tone: Tone
  /** What happens next and until when. */
  next: string
  isLate: boolean
  isCompany: boolean
  at: string
}

export function briefView(need: NeedBriefOut, now: number): BriefView {
  return {
    id: need.id,
    no: need.no,
    title: need.title,
    category: need.category_name,
    space: need.space,
    state: need.state_name,
    tone: need.text_check === 'refused' ? 'bad' : needTone(need.state),
    next: nextStep(need, now),
    isLate: need.is_overdue,
    isCompany: need.is_company,
    at: stampLabel(need.received_at, now),
  }
}

function nextStep(need: NeedBriefOut, now: number): string {
  if (need.text_check === 'refused') return '请修改措辞后重新提交'
  return settled(need) || (need.is_overdue ? '已超过承诺的时间，我们正在加紧办理' : promised(need, now))
}

/** The word for a need that waits for its person or for nobody. */
function settled({ state, outcome_name: outcome }: NeedBriefOut): string {
  if (state === 'answered') return outcome ? `${outcome}，请您评价` : '请您评价'
  if (state === 'waiting_info') return '等您补充，补充后继续办理'
  return state === 'closed' || state === 'withdrawn' ? outcome || '已结束' : ''
}

function promised({ state, promise }: NeedBriefOut, now: number): string {
  const isNew = state === 'submitted' || state === 'triaged'
  if (isNew && Date.parse(promise.respond_by) > now) return `${momentLabel(promise.respond_by, now)} 前联系您`
  return `${momentLabel(promise.resolve_by, now)} 前答复`
}
