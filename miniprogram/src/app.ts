import { newVisit } from './utils/reminders'

const AWAY_MS = 30 * 60_000
let leftAt = 0

App({
  onLaunch() {
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (!isConnected && !tellsItself()) void wx.showToast({ title: '网络断开了，看到的可能不是最新', icon: 'none', duration: 3000 })
    })
    renewWhenReady()
  },
  onHide() {
    leftAt = Date.now()
  },
  onShow() {
    // WeChat hides us for its own pop-ups too; only a long absence makes the next one a new visit.
    if (leftAt && Date.now() - leftAt > AWAY_MS) newVisit()
  },
})

/** At the door the page itself says how things stand, and a toast would lie over somebody's verdict. */
function tellsItself(): boolean {
  const { route = '' } = getCurrentPages().slice(-1)[0] ?? {}
  return route.startsWith('pages/staff/') || route.startsWith('pages/checkins/pass')
}

/** Take over a new release at once when the person agrees, so that old pages do not meet a new server. */
function renewWhenReady(): void {
  const manager = wx.getUpdateManager()
  manager.onUpdateReady(async () => {
    const answer = await wx.showModal({ title: '有新版本', content: '更新后即可使用，只需一两秒。', confirmText: '更新', cancelText: '稍后' })
    if (answer.confirm) manager.applyUpdate()
  })
}
