import * as notifications from '../../../api/notifications'
import * as users from '../../../api/users'
import type { UserOut } from '../../../api/types'
import { shades } from '../../../utils/colors'
import { member } from '../../../utils/member'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { isStaff, noteStaff, waitingCheckins } from '../../../utils/staff'
import { wall } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

const COMPANY_STATUS: Record<string, string> = { pending: '待核实', verified: '已核实', ended: '已退出' }

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    name: '',
    initial: '',
    company: '',
    companyNote: '',
    space: '',
    since: '',
    unread: 0,
    reminders: 0,
    attendances: 0,
    needs: 0,
    series: [] as { id: string, name: string, icon: string, times: number, color: string }[],
    toCome: 0,
    isStaff: false,
    waiting: 0,
  },

  onShow() {
    // The door must be found without a network too.
    this.setData({ isStaff: isStaff(), waiting: waitingCheckins() })
    void this.load()
  },

  async load() {
    try {
      const [me, footprint, inbox, wallet] = await Promise.all([
        member(true), users.footprint(), notifications.inbox(undefined, 1), notifications.wallet(),
      ])
      noteStaff(me.is_staff)
      this.setData({
        ...this.person(me),
        state: 'ready',
        isStaff: me.is_staff,
        unread: inbox.unread,
        reminders: wallet.items.reduce((sum, each) => sum + each.balance, 0),
        attendances: footprint.attendances,
        needs: footprint.needs_raised,
        series: footprint.series.map((each) => ({
          id: each.id, name: each.name, icon: each.icon, times: each.times, color: shades(each.color).base,
        })),
        toCome: footprint.series_offered - footprint.series.length,
      })
    } catch (error) {
      if (this.data.state === 'ready') tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  person(me: UserOut) {
    const since = wall(me.first_seen_at)
    return {
      name: me.display_name,
      initial: me.display_name.slice(0, 1),
      company: me.enterprise?.enterprise.name ?? '',
      companyNote: me.enterprise ? COMPANY_STATUS[me.enterprise.status] : '没有加入企业也可以参加活动',
      space: me.home_space?.name ?? '',
      since: `${since.year}年${since.month}月来到心驿`,
    }
  },

  onGo(event: WechatMiniprogram.TouchEvent) {
    goTo(datasetOf<{ url: string }>(event).url)
  },
})
