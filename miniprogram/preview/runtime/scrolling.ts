// What a page hears of scrolling: onPageScroll, onReachBottom, pull-down refresh.

import { phone } from './phone'
import { call, top } from './stack'

const BOTTOM_PX = 50
const PULL_PX = 80

/** Refresh as a pull does. */
export function pullDown(): void {
  const page = top()
  if (!page?.config.enablePullDownRefresh) return
  phone.setRefreshing(true)
  call(page, 'onPullDownRefresh')
}

function scrolled(): void {
  const page = top()
  if (!page) return
  call(page, 'onPageScroll', { scrollTop: window.scrollY })
  const { clientHeight, scrollHeight } = document.documentElement
  const distance = page.config.onReachBottomDistance ?? BOTTOM_PX
  const isNear = window.scrollY + clientHeight >= scrollHeight - distance
  if (isNear && !page.hasReachedBottom) call(page, 'onReachBottom')
  page.hasReachedBottom = isNear
}

/** Begin to listen. */
export function followScrolling(): void {
  window.addEventListener('scroll', scrolled)
  let from: number | undefined
  const begin = ({ touches: [touch] }: TouchEvent) => {
    from = window.scrollY === 0 ? touch?.clientY : undefined
  }
  const end = ({ changedTouches: [touch] }: TouchEvent) => {
    if (from !== undefined && touch && touch.clientY - from > PULL_PX) pullDown()
    from = undefined
  }
  document.addEventListener('touchstart', begin, { passive: true })
  document.addEventListener('touchend', end, { passive: true })
}
