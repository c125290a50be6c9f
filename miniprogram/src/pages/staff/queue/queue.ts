import { confirmed, textScale } from '../../../utils/screen'
import { dayLabel, wall } from '../../../utils/time'
import { isReachable, onLink } from '../door/link'
import { type Entry, queue } from '../door/queue'
import { syncQueue } from '../door/sync'

const RETRY_MS = 10_000

const VERDICTS = {
  checked_in: { name: '已签到', tone: 'good' },
  already_checked_in: { name: '先前已签到', tone: 'good' },
  refused: { name: '没有签上', tone: 'bad' },
}

interface Line {
  ref: string
  name: string
  about: string
  state: string
  tone: string
  detail: string
}

Page({
  data: {
    screen: textScale(),
    waiting: 0,
    settled: 0,
    refused: 0,
    lines: [] as Line[],
    isUp: true,
    trouble: '',
    isBusy: false,
  },

  timer: 0,
  deaf: () => undefined as void,

  onShow() {
    this.mark()
    void this.sync()
    clearInterval(this.timer)
    this.timer = setInterval(() => { if (queue.waiting().length) void this.sync() }, RETRY_MS) as unknown as number
    this.deaf()
    this.deaf = onLink((isUp) => {
      this.mark()
      if (isUp) void this.sync()
    })
  },

  onHide() { this.leave() },
  onUnload() { this.leave() },

  leave() {
    clearInterval(this.timer)
    this.deaf()
  },

  async sync() {
    this.setData({ isBusy: true })
    const { trouble } = await syncQueue()
    this.setData({ isBusy: false, trouble })
    this.mark()
  },

  mark() {
    const all = queue.all()
    const now = Date.now()
    this.setData({
      isUp: isReachable(),
      waiting: all.filter((each) => !each.verdict).length,
      settled: all.filter((each) => each.verdict).length,
      refused: all.filter((each) => each.verdict?.kind === 'refused').length,
      lines: all.map((each) => lineOf(each, now)),
    })
  },

  onSync() { if (!this.data.isBusy) void this.sync() },

  async onClear() {
    const { settled, refused } = this.data
    const warning = refused ? `其中 ${refused} 条没有签上，请先处理。` : ''
    if (!(await confirmed('清掉有结果的', `${warning}${settled} 条会从手机上清掉；还没上传的一条也不会动。`, '清掉'))) return
    queue.clear()
    this.mark()
  },
})

function lineOf(entry: Entry, now: number): Line {
  const { verdict } = entry
  const along = entry.party ? `连同行共 ${entry.party + 1} 人` : ''
  return {
    ref: entry.ref,
    name: verdict?.name || entry.name || '名单外的人',
    about: [entry.activity, `${dayLabel(entry.at, now)} ${wall(entry.at).clock} 扫`, along].filter(Boolean).join(' · '),
    state: verdict ? VERDICTS[verdict.kind].name : '待上传',
    tone: verdict ? VERDICTS[verdict.kind].tone : 'wait',
    detail: verdict?.detail ?? '',
  }
}
