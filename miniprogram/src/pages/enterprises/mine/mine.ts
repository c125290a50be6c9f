import { asApiError } from '../../../api/errors'
import * as enterprises from '../../../api/enterprises'
import type { EnterpriseBrief, UserOut } from '../../../api/types'
import * as users from '../../../api/users'
import { member } from '../../../utils/member'
import { confirmed, datasetOf, textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

const PAUSE_MS = 300
const LEAST = 2
const STATUS: Record<string, { name: string, tone: string, text: string }> = {
  pending: { name: '待核实', tone: 'wait', text: '空间的工作人员会核实。核实前，限定企业的活动还不能报名。' },
  verified: { name: '已核实', tone: 'good', text: '可以报名面向贵司的活动，也可以替公司提诉求。' },
  ended: { name: '已退出', tone: 'quiet', text: '' },
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    company: '',
    isContact: false,
    status: STATUS.pending,
    q: '',
    found: [] as EnterpriseBrief[],
    isSearched: false,
    searching: '' as '' | 'busy' | 'failed',
    error: '',
    isBusy: false,
  },

  timer: 0,
  round: 0,

  onLoad() { void this.load() },

  async load() {
    try {
      this.show(await member(true))
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  show(me: UserOut) {
    const { enterprise } = me
    this.setData({
      state: 'ready',
      company: enterprise?.enterprise.name ?? '',
      isContact: enterprise?.role === 'contact',
      status: STATUS[enterprise?.status ?? 'pending'],
      error: '',
    })
  },

  onSearch(event: WechatMiniprogram.Input) {
    this.setData({ q: event.detail.value.trim(), error: '' })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.search(), PAUSE_MS) as unknown as number
  },

  async search() {
    const round = ++this.round
    const { q } = this.data
    if (q.length < LEAST) {
      this.setData({ found: [], isSearched: false, searching: '' })
      return
    }
    this.setData({ searching: 'busy' })
    try {
      const { items } = await enterprises.search(q)
      if (round === this.round) this.setData({ found: items, isSearched: true, searching: '' })
    } catch (error) {
      if (round === this.round) this.setData({ searching: 'failed', error: asApiError(error).detail })
    }
  },

  async onJoin(event: WechatMiniprogram.TouchEvent) {
    const { id, name } = datasetOf<{ id: string, name: string }>(event)
    if (!(await confirmed('加入企业', `${name}\n加入后，工作人员会核实您在这里上班。`, '加入'))) return
    await this.act(() => users.join({ enterprise_id: id }))
  },

  async onFound() {
    const name = this.data.q
    if (!(await confirmed('新增企业', `名单里还没有“${name}”。请确认是营业执照上的全称。`, '新增并加入'))) return
    await this.act(() => users.join({ name }))
  },

  async onLeave() {
    if (!(await confirmed('退出企业', `退出${this.data.company}后，就不能替公司提诉求了。以前的记录不受影响。`, '退出'))) return
    await this.act(() => users.leave())
  },

  async act(what: () => Promise<unknown>) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true, error: '' })
    try {
      await what()
      this.setData({ q: '', found: [], isSearched: false })
      this.show(await member(true))
    } catch (error) {
      this.setData({ error: asApiError(error).detail })
      tellTrouble(error)
    }
    this.setData({ isBusy: false })
  },
})
