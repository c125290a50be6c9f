// Navigation bar and tab bar.

import type { TabBar } from '../shared/program'
import type { Actions, PageLook } from '../shared/protocol'
import { el, get, screen } from './dom'

const nav = get('.nav')
const title = get('.nav-title')
const back = get<HTMLButtonElement>('.nav-back')
const menu = get<HTMLButtonElement>('.nav-menu')
const tabs = get('.tabs')
let bar: TabBar | undefined

/** Draw the bars of a program. */
export function drawBars(tabBar: TabBar | undefined, actions: Actions): void {
  bar = tabBar
  back.onclick = () => actions.back()
  menu.onclick = () => actions.share()
  const buttons = (tabBar?.list ?? []).map(({ pagePath, text, iconPath }) => {
    const icon = iconPath ? [el('img', { alt: '' })] : []
    const button = el('button', { role: 'tab' }, ...icon, el('span', {}, text))
    button.onclick = () => actions.openTab(pagePath)
    return button
  })
  tabs.replaceChildren(...buttons)
}

export function setTitle(text: string): void {
  title.textContent = text
}

/** Show the bars as the page on top wants them. */
export function showPage(look: PageLook): void {
  const isCustom = look.navigationStyle === 'custom'
  nav.classList.toggle('is-custom', isCustom)
  nav.style.background = look.navigationBarBackgroundColor ?? '#000'
  nav.style.color = look.navigationBarTextStyle === 'black' ? '#000' : '#fff'
  setTitle(isCustom ? '' : (look.navigationBarTitleText ?? ''))
  back.hidden = !look.canGoBack
  tabs.hidden = !look.isTab
  screen.dataset['page'] = look.path
  markTab(look.path)
}

function markTab(path: string): void {
  if (!bar) return
  const { color, selectedColor, backgroundColor, list } = bar
  tabs.style.background = backgroundColor
  for (const [index, item] of list.entries()) {
    const button = tabs.children[index] as HTMLButtonElement
    const isOn = item.pagePath === path
    button.style.color = isOn ? selectedColor : color
    button.ariaSelected = String(isOn)
    const icon = button.querySelector('img')
    if (icon) icon.src = (isOn ? item.selectedIconPath : item.iconPath) ?? ''
  }
}

export function setBadge(index: number, text: string): void {
  const button = tabs.children[index]
  button?.querySelector('.badge')?.remove()
  if (text !== '') button?.append(el('i', { className: 'badge' }, text))
}

export function setRefreshing(isOn: boolean): void {
  screen.querySelector('.pull')?.remove()
  if (isOn) screen.append(el('div', { className: 'pull' }, '●●●'))
}
