// What WeChat draws over or around a page, and what it does outside of it.

import type { ModalOptions, ToastOptions } from '../../shared/protocol'
import { noteTap } from '../gestures'
import { phone } from '../phone'
import { router, type Target } from '../router'
import { pullDown } from '../scrolling'
import { top } from '../stack'
import { define } from './api'

/** Done by WeChat outside the page: noted beside the phone. */
const NOTED = [
  'previewImage', 'previewMedia', 'makePhoneCall', 'vibrateShort',
  'vibrateLong', 'openSetting', 'openLocation', 'addPhoneCalendar',
  'openCustomerServiceChat', 'openPrivacyContract',
]
/** Changes nothing that could be seen here. */
const IGNORED = [
  'showShareMenu', 'hideShareMenu', 'updateShareMenu', 'setNavigationBarColor', 'hideKeyboard',
  'showNavigationBarLoading', 'hideNavigationBarLoading', 'setBackgroundColor', 'loadFontFace',
  'hideHomeButton', 'setBackgroundTextStyle',
]

interface Badge {
  index: number
  text?: string
}

interface ScrollOptions {
  selector?: string
  scrollTop?: number
  offsetTop?: number
  duration?: number
}

function scrollTo({ selector, scrollTop = 0, offsetTop = 0, duration }: ScrollOptions): void {
  const page = top()?.element
  const found = selector === undefined ? null : page?.querySelector(selector)
  const topPx = found ? found.getBoundingClientRect().top + window.scrollY + offsetTop : scrollTop
  window.scrollTo({ top: topPx, behavior: duration === 0 ? 'instant' : 'smooth' })
}

function setTitle({ title }: { title: string }): void {
  const page = top()
  if (!page) return
  page.config.navigationBarTitleText = title
  phone.setTitle(title)
}

async function actionSheet({ itemList }: { itemList: string[] }): Promise<object> {
  const tapIndex = await phone.actionSheet(itemList)
  if (tapIndex < 0) throw new Error('cancel')
  return { tapIndex }
}

async function modal(options: ModalOptions): Promise<object> {
  const answer = await phone.modal(options)
  noteTap()
  return answer
}

function installBadges(): void {
  const set = (name: string, textOf: (text: string | undefined) => string) =>
    define<Badge>(name, ({ index, text }) => phone.setBadge(index, textOf(text)))
  set('setTabBarBadge', (text) => text ?? '')
  set('removeTabBarBadge', () => '')
  set('showTabBarRedDot', () => '•')
  set('hideTabBarRedDot', () => '')
}

/** Put routing and native UI into wx. */
export function installUi(): void {
  define<Target>('navigateTo', (target) => router.navigateTo(target))
  define<Target>('redirectTo', (target) => router.redirectTo(target))
  define<Target>('reLaunch', (target) => router.reLaunch(target))
  define<Target>('switchTab', (target) => router.switchTab(target))
  define<{ delta?: number }>('navigateBack', (target) => router.navigateBack(target))
  define<ToastOptions>('showToast', (options) => phone.toast({ icon: 'success', ...options }))
  define<ToastOptions>('showLoading', ({ title }) => phone.toast({ title, icon: 'loading', duration: 0 }))
  define('hideToast', () => phone.hideToast())
  define('hideLoading', () => phone.hideToast())
  define('showModal', modal)
  define('showActionSheet', actionSheet)
  define('setNavigationBarTitle', setTitle)
  define('startPullDownRefresh', () => pullDown())
  define('stopPullDownRefresh', () => phone.setRefreshing(false))
  define('pageScrollTo', scrollTo)
  installBadges()
  for (const name of NOTED) define(name, (options) => phone.note(name, options))
  for (const name of IGNORED) define(name, () => undefined)
}
