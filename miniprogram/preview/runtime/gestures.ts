// Touches as event objects, and the long press, which the framework leaves to its host.

import { nodeOf, type Data, type Dispatch, type EngineNode } from './engine'

export const GESTURES: ReadonlySet<string> = new Set(['tap', 'longpress', 'longtap', 'canceltap'])
const LONG_PRESS_MS = 350
const TAP_LASTS_MS = 1000

let lastTap = -Infinity

/** Note that the person has just tapped something, in the page or over it. */
export function noteTap(): void {
  lastTap = performance.now()
}

/** Tell whether this is still the answer to a tap. */
export const isAnsweringTap = (): boolean => performance.now() - lastTap < TAP_LASTS_MS

const toTouch = ({ identifier, pageX, pageY, clientX, clientY }: Touch) => ({
  identifier,
  pageX,
  pageY,
  clientX,
  clientY,
  force: 1,
})
const toTouches = (list: TouchList) => Array.from(list, toTouch)

/** Trap 5: return what WeChat puts beside `detail`, and the detail itself, of a touch. */
export function describeTouch(type: string, event: TouchEvent): { detail: Data; extraFields: Data } {
  const touches = type === 'tap' ? [] : toTouches(event.touches)
  const changedTouches = toTouches(event.changedTouches)
  const first = event.changedTouches[0]
  const isGesture = GESTURES.has(type)
  const detail = isGesture && first ? { x: first.pageX, y: first.pageY } : {}
  return { detail, extraFields: { touches, changedTouches } }
}

function hasLongPress(node: EngineNode): boolean {
  let at: EngineNode | null | undefined = node
  while (at) {
    if (at._$eventTarget?.listeners?.['longpress']) return true
    at = at.parentNode ?? at.getHostNode?.()
  }
  return false
}

/** Recognises long presses that somebody listens to; no tap follows such a one. */
export class LongPress {
  isOver = false
  private timer = 0

  constructor(private readonly send: Dispatch) {
    const passive = { capture: true, passive: true }
    document.body.addEventListener('touchstart', (event) => this.begin(event), passive)
    document.body.addEventListener('touchmove', () => this.stop(), passive)
    document.body.addEventListener('touchend', () => this.end(), passive)
  }

  private begin(event: TouchEvent): void {
    this.isOver = false
    this.stop()
    this.timer = window.setTimeout(() => this.fire(event), LONG_PRESS_MS)
  }

  private end(): void {
    noteTap()
    this.stop()
  }

  private stop(): void {
    clearTimeout(this.timer)
  }

  private fire(event: TouchEvent): void {
    const node = nodeOf(event.target)
    if (!node || !hasLongPress(node)) return
    this.isOver = true
    this.send(node, 'longpress', {}, { originalEvent: event, ...BUBBLING })
  }
}

export const BUBBLING = { bubbles: true, composed: true, capturePhase: true }
