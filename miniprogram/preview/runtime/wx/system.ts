// What the program may know of its phone.

import { createAnimation } from '../animation'
import type { Instance } from '../engine'
import { queryRoot } from '../query'
import { define, wx } from './api'

const STATUS_BAR_PX = 20
const NAVIGATION_PX = 64
const CAPSULE = { width: 87, height: 32, top: 24, right: 7 }
const DEVICE = {
  brand: 'devtools',
  model: 'iPhone 12/13',
  system: 'iOS 16.0',
  platform: 'devtools',
  benchmarkLevel: 1,
  memorySize: 4096,
}
const BASE = {
  SDKVersion: '3.8.0',
  version: '8.0.50',
  language: 'zh_CN',
  fontSizeSetting: 16,
  theme: 'light',
  enableDebug: false,
}
const LISTENERS = [
  'AppShow', 'AppHide', 'Error', 'UnhandledRejection', 'ThemeChange',
  'WindowResize', 'KeyboardHeightChange', 'MemoryWarning', 'UserCaptureScreen',
  'MenuButtonBoundingClientRectWeightChange',
]

function windowInfo() {
  const screenHeight = innerHeight + NAVIGATION_PX
  const safeArea = { left: 0, right: innerWidth, top: STATUS_BAR_PX, bottom: screenHeight }
  return {
    pixelRatio: devicePixelRatio,
    windowWidth: document.documentElement.clientWidth,
    windowHeight: innerHeight,
    screenWidth: innerWidth,
    screenHeight,
    statusBarHeight: STATUS_BAR_PX,
    screenTop: NAVIGATION_PX,
    safeArea: { ...safeArea, width: innerWidth, height: screenHeight - STATUS_BAR_PX },
  }
}

function capsule() {
  const right = innerWidth - CAPSULE.right
  const { width, height, top } = CAPSULE
  return { width, height, top, bottom: top + height, right, left: right - width }
}

function installListeners(): void {
  const ignore = () => undefined
  for (const name of LISTENERS) Object.assign(wx, { [`on${name}`]: ignore, [`off${name}`]: ignore })
  const manager = { onCheckForUpdate: ignore, onUpdateReady: ignore, onUpdateFailed: ignore }
  wx['getUpdateManager'] = () => ({ ...manager, applyUpdate: ignore })
  wx['reportEvent'] = ignore
  wx['getLogManager'] = () => console
  wx['getRealtimeLogManager'] = () => console
}

/** Put the system into wx. */
export function installSystem(): void {
  const everything = () => ({ ...windowInfo(), ...DEVICE, ...BASE })
  Object.assign(wx, {
    getWindowInfo: windowInfo,
    getDeviceInfo: () => DEVICE,
    getAppBaseInfo: () => BASE,
    getSystemInfoSync: everything,
    getSystemSetting: () => ({ locationEnabled: true, wifiEnabled: true }),
    getAppAuthorizeSetting: () => ({}),
    getMenuButtonBoundingClientRect: capsule,
    canIUse: (schema: string) => schema.split('.')[0]! in wx || schema.startsWith('button.'),
    nextTick: (callback: () => void) => queueMicrotask(callback),
    env: { USER_DATA_PATH: 'wxfile://usr' },
    createAnimation,
    createSelectorQuery: () => queryRoot().createSelectorQuery(),
    createIntersectionObserver: (component: Instance, options?: unknown) =>
      component.createIntersectionObserver(options),
  })
  define('getSystemInfo', everything)
  define<{ data: string }>('setClipboardData', async ({ data }) => {
    await navigator.clipboard.writeText(data)
  })
  define('getClipboardData', async () => ({ data: await navigator.clipboard.readText() }))
  installListeners()
}
