// The page stack and the lifetimes of pages, which the framework leaves to its host.

import type { AppConfig, WindowConfig } from '../shared/program'
import { createRoot } from './components'
import { engine, type DomNode, type EngineNode, type Instance, type Method } from './engine'
import { EventChannel } from './event-channel'
import { phone } from './phone'

export type Query = Record<string, string>

export interface Page {
  path: string
  root: ReturnType<typeof createRoot>
  component: EngineNode
  instance: Instance
  element: DomNode
  config: WindowConfig
  scrollTop: number
  hasReachedBottom: boolean
}

export const stack: Page[] = []
/** Tab pages live on while another tab is shown. */
const tabs = new Map<string, Page>()
export let config: AppConfig

export const top = (): Page | undefined => stack.at(-1)
export const isTab = (path: string): boolean =>
  config.tabBar?.list.some(({ pagePath }) => pagePath === path) ?? false

/** Set what the pages are opened by. */
export function configure(app: AppConfig): void {
  config = app
  Object.assign(globalThis, { getCurrentPages: () => stack.map(({ instance }) => instance) })
}

/** Call a method of the page if it has it; as in WeChat its exception is reported and that is all. */
export function call(page: Page, name: string, ...args: unknown[]): unknown {
  const method = page.instance[name]
  if (typeof method !== 'function') return undefined
  try {
    return (method as Method).apply(page.instance, args)
  } catch (error) {
    reportError(error)
    return undefined
  }
}

/** Make a page and put it on top. */
export function open(path: string, query: Query, channel = new EventChannel()): void {
  const root = createRoot(path)
  const instance = root.get() as unknown as Instance
  const component = root.getComponent() as unknown as EngineNode
  const look = { ...config.window, ...config.pageConfig[path] }
  const page: Page = {
    ...{ path, root, component, instance, element: component.$$, config: look },
    ...{ scrollTop: 0, hasReachedBottom: false },
  }
  const getOpenerEventChannel = () => channel
  Object.assign(instance, { route: path, options: query, getOpenerEventChannel })
  setProperties(page, query)
  if (isTab(path)) tabs.set(path, page)
  attach(page)
  call(page, 'onLoad', query)
  show(page)
  requestAnimationFrame(() => call(page, 'onReady'))
}

/** A page written as Component() gets the query as properties, too. */
function setProperties({ component, instance }: Page, query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (engine.Component.hasProperty(component, name)) instance.setData({ [name]: value })
  }
}

function attach(page: Page): void {
  const placeholder = document.createElement('span')
  document.body.append(placeholder)
  stack.push(page)
  page.root.attach(document.body as never, placeholder as never)
}

/** Show the page that is on top. */
export function show(page: Page): void {
  page.element.style.display = ''
  const { path } = page
  phone.showPage({ ...page.config, path, canGoBack: stack.length > 1, isTab: isTab(path) })
  window.scrollTo(0, page.scrollTop)
  call(page, 'onShow')
  page.component.triggerPageLifetime('show', [])
}

/** Hide a page that stays alive. */
export function hide(page: Page): void {
  page.scrollTop = window.scrollY
  page.element.style.display = 'none'
  call(page, 'onHide')
  page.component.triggerPageLifetime('hide', [])
}

/** End a page. */
export function close(page: Page): void {
  tabs.delete(page.path)
  call(page, 'onUnload')
  page.root.release()
  page.element.remove()
}

/** Leave the stack without its tab page, which lives on; return the tab page asked for, if it lives. */
export function changeTab(path: string): Page | undefined {
  while (stack.length > 1) close(stack.pop()!)
  const bottom = stack.pop()
  if (bottom && bottom.path !== path) (tabs.has(bottom.path) ? hide : close)(bottom)
  const kept = tabs.get(path)
  if (kept) stack.push(kept)
  return kept
}

/** End every page. */
export function closeAll(): void {
  for (const page of new Set([...stack.splice(0).reverse(), ...tabs.values()])) close(page)
}
