// A mouse acts as a finger.

let finger: EventTarget | null = null
let last = { x: 0, y: 0 }

function touch(type: string, event: MouseEvent): void {
  if (finger === null) return
  const { clientX, clientY, pageX, pageY, screenX, screenY } = event
  const place = { clientX, clientY, pageX, pageY, screenX, screenY }
  const point = new Touch({ identifier: 1, target: finger, ...place })
  const down = type === 'touchend' ? [] : [point]
  const lists = { touches: down, targetTouches: down, changedTouches: [point] }
  const options = { bubbles: true, composed: true, cancelable: true }
  finger.dispatchEvent(new TouchEvent(type, { ...options, ...lists }))
}

interface FromInput extends MouseEvent {
  sourceCapabilities?: { firesTouchEvents: boolean } | null
}

/** A real finger makes mouse events too, after its touches. */
const isOfTouch = (event: FromInput) => event.sourceCapabilities?.firesTouchEvents === true

window.addEventListener(
  'mousedown',
  (event) => {
    if (event.button !== 0 || isOfTouch(event)) return
    finger = event.composedPath()[0] ?? null
    last = { x: event.clientX, y: event.clientY }
    touch('touchstart', event)
  },
  true,
)
window.addEventListener(
  'mousemove',
  (event) => {
    const { clientX: x, clientY: y } = event
    if (isOfTouch(event) || (x === last.x && y === last.y)) return
    last = { x, y }
    touch('touchmove', event)
  },
  true,
)
window.addEventListener(
  'mouseup',
  (event) => {
    if (isOfTouch(event)) return
    touch('touchend', event)
    finger = null
  },
  true,
)
