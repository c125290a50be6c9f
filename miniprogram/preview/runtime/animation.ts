// wx.createAnimation: a list of steps, played by the `animation` attribute.

interface Step {
  style: Record<string, string>
  duration: number
  timingFunction: string
  delay: number
  transformOrigin: string
}

export interface Animation {
  actions?: Step[]
}

type Options = Partial<Omit<Step, 'style'>>
type Value = string | number

const DEFAULTS = { duration: 400, timingFunction: 'linear', delay: 0, transformOrigin: '50% 50% 0' }
const MOVES = ['translate', 'translateX', 'translateY', 'translateZ', 'translate3d']
const TURNS = ['rotate', 'rotateX', 'rotateY', 'rotateZ', 'skew', 'skewX', 'skewY']
const SCALES = ['scale', 'scaleX', 'scaleY']
const LENGTHS = ['width', 'height', 'top', 'left', 'right', 'bottom']

const length = (value: Value) => (typeof value === 'number' ? `${value}px` : value)
const angle = (value: Value) => `${value}deg`

/** Play the steps on an element, one after the other. */
export function play(element: HTMLElement, { actions = [] }: Animation): void {
  let wait = 0
  for (const { style, duration, timingFunction, delay, transformOrigin } of actions) {
    const transition = `all ${duration}ms ${timingFunction} ${delay}ms`
    setTimeout(() => Object.assign(element.style, { transition, transformOrigin }, style), wait)
    wait += duration + delay
  }
}

/** Return what wx.createAnimation does: a chain of setters, step() and export(). */
export function createAnimation(options: Options = {}): Record<string, unknown> {
  let style: Record<string, string> = {}
  let actions: Step[] = []
  const chain: Record<string, unknown> = {
    step(own: Options = {}) {
      actions.push({ style, ...DEFAULTS, ...options, ...own })
      style = { ...style }
      return chain
    },
    export() {
      const animation = { actions }
      actions = []
      return animation
    },
  }
  const define = (names: string[], set: (name: string, values: Value[]) => void) => {
    for (const name of names) {
      chain[name] = (...values: Value[]) => {
        set(name, values)
        return chain
      }
    }
  }
  const transform = (unit: (value: Value) => Value) => (name: string, values: Value[]) => {
    const others = (style['transform'] ?? '').replace(new RegExp(`\\b${name}\\([^)]*\\)`), '')
    style = { ...style, transform: `${others} ${name}(${values.map(unit).join(',')})`.trim() }
  }
  define(MOVES, transform(length))
  define(TURNS, transform(angle))
  define(SCALES, transform((value) => value))
  define(LENGTHS, (name, [value = 0]) => (style = { ...style, [name]: length(value) }))
  define(['opacity', 'backgroundColor'], (name, [value = '']) => {
    style = { ...style, [name]: String(value) }
  })
  return chain
}
