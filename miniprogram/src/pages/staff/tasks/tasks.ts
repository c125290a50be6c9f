import { asApiError } from '../../../api/errors'
import type { CallOut, ErrandOut, ErrandPageOut, TaskOut } from '../../../api/types'
import { datasetOf, textScale } from '../../../utils/screen'
import { dateLabel, momentLabel } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'
import * as api from '../door/tasks'

interface Errand {
  id: string
  version: number
  title: string
  about: string
  role: string
  note: string
  state: string
  due: string
  isLate: boolean
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    errands: [] as Errand[],
    calls: [] as { id: string, title: string, about: string, reason: string, due: string, isLate: boolean }[],
    tasks: [] as { id: string, version: number, text: string, owner: string, due: string, isLate: boolean }[],
    /** The one that is open, with what the submitter said. */
    open: '',
    words: null as null | { body: string, who: string, times: string },
    may: {} as Record<string, boolean>,
    isBusy: false,
  },

  onShow() { void this.load() },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      const [errands, calls, tasks] = await Promise.all([api.errands(), api.calls(), api.tasks()])
      this.setData({
        state: errands.items.length + calls.items.length + tasks.items.length ? 'ready' : 'empty',
        errands: errands.items.map(errandLine),
        calls: calls.items.map(callLine),
        tasks: tasks.items.map(taskLine),
      })
    } catch (thrown) {
      if (this.data.state === 'ready') tellTrouble(asApiError(thrown))
      else this.setData(trouble(thrown))
    }
  },

  onRetry() { void this.load() },

  async onOpen(event: WechatMiniprogram.TouchEvent) {
    const { id } = datasetOf<{ id: string }>(event)
    if (this.data.open === id) {
      this.setData({ open: '', words: null })
      return
    }
    try {
      this.tell(await api.errand(id))
    } catch (thrown) {
      tellTrouble(thrown)
      await this.load()
    }
  },

  tell({ dispatch, words, actions }: ErrandPageOut) {
    this.setData({
      open: dispatch.id,
      words: {
        body: words.body,
        who: [words.submitter, words.enterprise].filter(Boolean).join(' · '),
        times: words.contact_times,
      },
      may: { accept: actions.includes('accept'), back: actions.includes('return'), done: actions.includes('done') },
    })
  },

  async onAccept(event: WechatMiniprogram.TouchEvent) {
    const { id, version } = datasetOf<{ id: string, version: number }>(event)
    if (await this.act(() => api.accept(id, version), '已接单')) this.tell(await api.errand(id))
  },

  async onBack(event: WechatMiniprogram.TouchEvent) {
    const { id, version } = datasetOf<{ id: string, version: number }>(event)
    const reason = await asked('为什么退回？', '派单的同事会看到', '退回')
    if (reason) await this.act(() => api.giveBack(id, version, reason), '已退回')
  },

  async onDone(event: WechatMiniprogram.TouchEvent) {
    const { id, version } = datasetOf<{ id: string, version: number }>(event)
    const result = await asked('做了什么、结果怎样？', '给派单的同事看', '办完了')
    if (result) await this.act(() => api.finish(id, version, result), '已报告办完')
  },

  async onTask(event: WechatMiniprogram.TouchEvent) {
    const { id, version } = datasetOf<{ id: string, version: number }>(event)
    const result = await asked('结果怎样？', '下次会议会看到', '完成')
    if (result) await this.act(() => api.finishTask(id, version, result), '已完成')
  },

  /** Take one step, once, and see how things stand. False when it was refused. */
  async act(step: () => Promise<unknown>, told: string): Promise<boolean> {
    if (this.data.isBusy) return false
    this.setData({ isBusy: true })
    let isDone = false
    try {
      await step()
      isDone = true
      void wx.showToast({ title: told, icon: 'none' })
    } catch (thrown) {
      tellTrouble(thrown)
    }
    this.setData({ isBusy: false, open: '', words: null })
    await this.load()
    return isDone
  },
})

/** Ask for a text that must not be empty. Empty when the person turned back. */
async function asked(title: string, placeholderText: string, confirmText: string): Promise<string> {
  const answer = await wx.showModal({ title, placeholderText, editable: true, confirmText })
  if (!answer.confirm) return ''
  const text = (answer.content ?? '').trim()
  if (!text) void wx.showToast({ title: '请写一句话', icon: 'none' })
  return text
}

const errandLine = ({ dispatch, need, is_overdue }: ErrandOut): Errand => ({
  id: dispatch.id,
  version: dispatch.version,
  title: need.title,
  about: `${need.no} · ${need.category_name} · ${need.space}`,
  role: dispatch.role_name,
  note: dispatch.note,
  state: dispatch.state_name,
  due: dispatch.due_at ? momentLabel(dispatch.due_at, Date.now()) : '',
  isLate: is_overdue,
})

const callLine = ({ escalation, need }: CallOut) => ({
  id: escalation.id,
  title: need.title,
  about: `${need.no} · ${need.space}`,
  reason: escalation.reason,
  due: momentLabel(escalation.due_at, Date.now()),
  isLate: escalation.is_overdue,
})

const taskLine = (task: TaskOut) => ({
  id: task.id,
  version: task.version,
  text: task.text,
  owner: task.owner,
  due: dateLabel(task.due_on),
  isLate: task.is_late,
})
