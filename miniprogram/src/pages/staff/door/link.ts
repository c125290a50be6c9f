/** Whether the server can be reached: believed from the last answer, not from the bars on the screen. */

type Listener = (isUp: boolean) => void

const listeners = new Set<Listener>()
let isUp = true
let isHeard = false

export const isReachable = (): boolean => isUp

/** Note how the last call went. */
export function reached(isAnswered: boolean): void {
  if (isAnswered === isUp) return
  isUp = isAnswered
  listeners.forEach((listener) => listener(isUp))
}

/** Hear when the line goes and when it may have come back; returns how to stop hearing. */
export function onLink(listener: Listener): () => void {
  if (!isHeard) {
    isHeard = true
    wx.onNetworkStatusChange(({ isConnected }) => {
      // A network is not yet a server: whoever hears of it tries.
      if (isConnected) listeners.forEach((each) => each(true))
      else reached(false)
    })
  }
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
