// The framework's DOM backend, taught about WeChat's built-in components and event objects.

import { BUILTINS } from '../shared/builtins'
import { engine, NO_DEFAULT, nodeOf, type Dispatch, type DomNode, type EngineNode } from './engine'
import { BUBBLING, describeTouch, GESTURES, LongPress } from './gestures'

const DELEGATED = new Set(['touchstart', 'touchmove', 'touchend', 'touchcancel'])
const BUBBLES = new Set([
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
  'touchforcechange',
])
const TYPED = /^WX-(INPUT|TEXTAREA)$/

/** Trap 6: a component called "base" or "form" must not become that HTML element. */
const domTag = (tag: string) => (BUILTINS.has(tag) || !tag.includes('-') ? `wx-${tag}` : tag)

export class WebContext extends engine.CurrentWindowBackendContext {
  private readonly sheets = new Set<string>()
  private readonly delegated = new Set<string>()
  private send: Dispatch = () => undefined

  constructor() {
    super()
    this.document = {
      createElement: (tag) => document.createElement(domTag(tag)),
      createTextNode: (text) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    }
  }

  /** Trap 11: the framework appends a component's sheet again for each page that is opened. */
  override appendStyleSheetPath(path: string, scope?: number): number {
    if (this.sheets.has(path)) return 0
    this.sheets.add(path)
    return super.appendStyleSheetPath(path, scope)
  }

  override associateValue(element: DomNode, node: EngineNode): void {
    super.associateValue(element, node)
    if (engine.Component.isComponent(node)) element.setAttribute('is', node.is)
  }

  override getScrollOffset(element: DomNode, callback: (offset: unknown) => void): void {
    // kbone-ui's scroll-view scrolls inside its shadow root.
    super.getScrollOffset(element.shadowRoot?.querySelector('#main') ?? element, callback)
  }

  override onEvent(dispatch: Dispatch): void {
    const send: Dispatch = (target, type, detail, options) => {
      const event = options.originalEvent
      if (type === 'tap' && press.isOver) return undefined
      if (!(event instanceof TouchEvent)) return dispatch(target, type, detail, options)
      const touch = describeTouch(type, event)
      return dispatch(target, type, touch.detail, { ...options, extraFields: touch.extraFields })
    }
    const press = new LongPress(send)
    this.send = send
    super.onEvent(send)
  }

  /** Called for each event type somebody listens to on an element. */
  setListenerStats(element: DomNode | null, type: string): void {
    // Trap 4: kbone-ui dispatches its own "tap" as well; the framework makes gestures from touches.
    if (!element || GESTURES.has(type)) return
    if (DELEGATED.has(type)) this.delegate(type)
    else this.listen(element, type)
  }

  private delegate(type: string): void {
    if (this.delegated.has(type)) return
    this.delegated.add(type)
    const listener = (event: Event) => {
      const node = nodeOf(event.target)
      const answer = node && this.send(node, type, {}, { originalEvent: event, ...BUBBLING })
      if (answer === NO_DEFAULT && event.cancelable) event.preventDefault()
    }
    document.body.addEventListener(type, listener, { capture: true, passive: false })
  }

  private listen(element: DomNode, type: string): void {
    const types = (element.previewTypes ??= new Set())
    if (types.has(type)) return
    types.add(type)
    const bubbles = BUBBLES.has(type)
    element.addEventListener(type, (event) => {
      // Trap 4: kbone-ui's component events bubble in the DOM; in WeChat they do not.
      if (event.target !== element || !element.__wxElement) return
      const detail = event instanceof CustomEvent ? (event.detail ?? {}) : {}
      const options = { originalEvent: event, bubbles, composed: bubbles, capturePhase: true }
      this.send(element.__wxElement, type, detail, options)
    })
  }

  /** `model:value="{{…}}"`: tell the listener what the person entered. */
  setModelBindingStat(
    element: DomNode,
    attribute: string,
    listener: ((value: unknown) => void) | null,
  ): void {
    const model = (element.previewModel ??= {})
    if (!(attribute in model)) {
      const isTyped = attribute === 'value' && TYPED.test(element.tagName)
      element.addEventListener(isTyped ? 'input' : 'change', (event) => {
        if (event.target !== element) return
        const detail = (event as CustomEvent<Record<string, unknown>>).detail
        model[attribute]?.(attribute in detail ? detail[attribute] : detail['value'])
      })
    }
    model[attribute] = listener
  }
}
