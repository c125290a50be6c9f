// Starts the mini-program in this document, which is its web view.

import './attributes'
import './mouse'
import './wxs'
import type { Program } from '../shared/program'
import { addAppStyle, registerAll } from './components'
import { defineElements } from './elements'
import { share } from './open-type'
import { phone } from './phone'
import { patchQueries } from './query'
import { parseUrl, router } from './router'
import { followScrolling, pullDown } from './scrolling'
import { call, config, configure, stack, top } from './stack'
import { enter, installWx } from './wx/index'

interface AppDefinition {
  onLaunch?(options: object): void
  onShow?(options: object): void
}

const SCENE_HOME = 1001

let app: AppDefinition = {}

/** Run the program. */
export function boot(program: Program): void {
  const App = (definition: AppDefinition) => {
    app = definition
  }
  Object.assign(globalThis, { App, getApp: () => app })
  defineElements()
  configure(program.app)
  installWx()
  addAppStyle(program.appCss)
  program.loadApp()
  registerAll(program.components, program.templates)
  patchQueries()
  followScrolling()
  const back = () => router.navigateBack()
  phone.start(config, { back, openTab, share: () => share('menu'), pullDown, launch })
  const asked = new URLSearchParams(location.search)
  const url = asked.get('page') ?? `/${config.entryPagePath ?? config.pages[0]}`
  const scene = Number(asked.get('scene') ?? SCENE_HOME)
  app.onLaunch?.(enter(parseUrl(url), scene))
  launch(url, scene)
  // For people who look inside, and for tests.
  Object.assign(globalThis, { preview: { router, stack, top, app } })
}

function launch(url: string, scene: number): void {
  const options = enter(parseUrl(url), scene)
  app.onShow?.(options)
  router.reLaunch({ url })
}

function openTab(path: string): void {
  router.switchTab({ url: `/${path}` })
  const index = config.tabBar?.list.findIndex(({ pagePath }) => pagePath === path)
  const page = top()
  if (page) call(page, 'onTabItemTap', { pagePath: path, index })
}
