// The wx object, assembled.

import type { Query } from '../stack'
import { installAccount } from './account'
import { wx } from './api'
import { installDevice } from './device'
import { installMedia } from './media'
import { installNetwork } from './network'
import { installStorage } from './storage'
import { installSystem } from './system'
import { installUi } from './ui'

interface EnterOptions {
  path: string
  query: Query
  scene: number
  referrerInfo: object
}

let launched: EnterOptions | undefined
let entered: EnterOptions | undefined

/** Note how the program is entered; return what App's onLaunch and onShow are told. */
export function enter(target: { path: string; query: Query }, scene: number): EnterOptions {
  entered = { ...target, scene, referrerInfo: {} }
  launched ??= entered
  return entered
}

/** Make wx global. */
export function installWx(): void {
  installAccount()
  installDevice()
  installMedia()
  installNetwork()
  installStorage()
  installSystem()
  installUi()
  wx['getLaunchOptionsSync'] = () => launched
  wx['getEnterOptionsSync'] = () => entered
  Object.assign(globalThis, { wx })
}
