/** What every page's outermost view needs: how large this person likes their letters. */
export function textScale(): string {
  const size = wx.getAppBaseInfo().fontSizeSetting ?? 16
  return `--scale:${Math.min(Math.max(size / 16, 0.9), 1.5)}`
}

export const isDesktop = (): boolean => ['windows', 'mac'].includes(wx.getDeviceInfo().platform)

/** The dataset of the tapped element. */
export const datasetOf = <T extends object>(event: WechatMiniprogram.BaseEvent): T =>
  event.currentTarget.dataset as unknown as T

/** Ask a yes-or-no question; true for yes. */
export async function confirmed(title: string, content: string, confirmText: string): Promise<boolean> {
  const answer = await wx.showModal({ title, content, confirmText, cancelText: '再想想', confirmColor: '#1f5a52' })
  return answer.confirm
}

let isGoing = false

/** Open a page. A second tap while it opens does not open it twice. */
export function goTo(url: string): void {
  if (isGoing) return
  isGoing = true
  wx.navigateTo({ url, complete: () => { isGoing = false } })
}

/** Back to the page before, or to the start when this one was opened from outside. */
export function goBack(): void {
  if (getCurrentPages().length > 1) void wx.navigateBack()
  else void wx.switchTab({ url: '/pages/tabs/home/home' })
}
