// What a program asks of the phone itself: its screen's light, to stay awake, and whether there is a network.

import { phone } from '../phone'
import { define, wx } from './api'

interface NetworkStatus {
  isConnected: boolean
  networkType: 'wifi' | 'none'
}

type Listener = (status: NetworkStatus) => void

const listeners = new Set<Listener>()
let brightness = 0.5
let awake: WakeLockSentinel | undefined

function status(): NetworkStatus {
  return { isConnected: navigator.onLine, networkType: navigator.onLine ? 'wifi' : 'none' }
}

function setBrightness({ value }: { value: number }): void {
  if (!(value >= 0 && value <= 1)) throw new Error('parameter error')
  brightness = value
  phone.note('setScreenBrightness', { value })
}

/** A browser lets a hidden page sleep all the same; WeChat asks nobody. */
async function keepScreenOn({ keepScreenOn: isWanted }: { keepScreenOn: boolean }): Promise<void> {
  phone.note('setKeepScreenOn', { keepScreenOn: isWanted })
  await awake?.release()
  awake = isWanted ? await navigator.wakeLock?.request('screen').catch(() => undefined) : undefined
}

function installNetworkStatus(): void {
  const tell = () => listeners.forEach((listener) => listener(status()))
  addEventListener('online', tell)
  addEventListener('offline', tell)
  wx['onNetworkStatusChange'] = (listener: Listener) => void listeners.add(listener)
  wx['offNetworkStatusChange'] = (listener?: Listener) =>
    listener ? void listeners.delete(listener) : listeners.clear()
  define('getNetworkType', status)
}

/** Put the phone's own parts into wx. */
export function installDevice(): void {
  define('getScreenBrightness', () => ({ value: brightness }))
  define('setScreenBrightness', setBrightness)
  define('setKeepScreenOn', keepScreenOn)
  installNetworkStatus()
}
