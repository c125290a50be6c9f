// glass-easel as this runtime uses it, its private fields included: the one place that knows them.
// All of it is true of 0.12.1, the version package.json pins.

import { glassEasel } from 'glass-easel-miniprogram-adapter'

export type Data = Record<string, unknown>
export type Method = (...args: unknown[]) => unknown

/** A DOM element of the mini-program. */
export interface DomNode extends HTMLElement {
  /** The node of the framework behind it. */
  __wxElement?: EngineNode
  previewTypes?: Set<string>
  previewModel?: Record<string, ((value: unknown) => void) | null>
}

/** A node of the framework: built-in component, own component or shadow root. */
export interface EngineNode {
  /** Its DOM element. */
  $$: DomNode
  is: string
  id: string
  dataset: Data
  classList: { toggle(name: string, isOn: boolean): void; contains(name: string): boolean }
  parentNode: EngineNode | null
  ownerShadowRoot: EngineNode
  _$eventTarget?: { listeners?: Record<string, unknown> }
  getHostNode?(): EngineNode
  getShadowRoot(): EngineNode | null
  getMethodCaller(): Record<string, Method | undefined>
  querySelector(selector: string): EngineNode | null
  querySelectorAll(selector: string): EngineNode[]
  triggerEvent(name: string, detail: unknown, options?: unknown): void
  triggerLifetime(name: string, args: unknown[]): void
  triggerPageLifetime(name: string, args: unknown[]): void
  setNodeStyle(style: string, segment: number): void
  setDataset(name: string, value: unknown): void
}

/** `this` inside a component's methods; its node hides behind `_$`. */
export interface Instance extends Data {
  _$?: EngineNode
  data: Data
  setData(data: Data): void
  createSelectorQuery(): SelectorQuery
  createIntersectionObserver(options?: unknown): unknown
}

export interface SelectorQuery {
  select(selector: string): NodesRef
}

export type QueryCallback = (result: Data | Data[] | null) => void

export interface NodesRef {
  node?(this: NodesRef, callback?: QueryCallback): unknown
  fields(this: NodesRef, fields: Data, callback?: QueryCallback): unknown
}

export interface EventOptions {
  originalEvent?: unknown
  bubbles?: boolean
  composed?: boolean
  capturePhase?: boolean
  extraFields?: Data
}

/** What a dispatched event answers: 1 asks for preventDefault. */
export const NO_DEFAULT = 1
export type Dispatch = (
  target: EngineNode,
  type: string,
  detail: unknown,
  options: EventOptions,
) => number | undefined

interface DomContext {
  document: {
    createElement(tag: string): HTMLElement
    createTextNode(text: string): Text
    createDocumentFragment(): DocumentFragment
  }
  appendStyleSheetPath(path: string, scope?: number): number
  associateValue(element: DomNode, node: EngineNode): void
  getScrollOffset(element: DomNode, callback: (offset: unknown) => void): void
  onEvent(listener: Dispatch): void
}

interface EngineEvent {
  getEventBubbleStatus(): number
}

interface Engine {
  CurrentWindowBackendContext: new () => DomContext
  Component: {
    isComponent(node: unknown): boolean
    hasProperty(component: EngineNode, name: string): boolean
  }
  Event: {
    new (type: string, detail: unknown, options: EventOptions): EngineEvent
    dispatchEvent(target: EngineNode, event: EngineEvent): void
  }
  Element: { prototype: EngineNode }
  NativeNode: {
    prototype: { updateAttribute(this: EngineNode, name: string, value: unknown): void }
  }
}

export const engine = glassEasel as unknown as Engine

/** Return the nearest node of the framework at or above a DOM node. */
export function nodeOf(target: EventTarget | null): EngineNode | undefined {
  let element = target as DomNode | null
  while (element && !element.__wxElement) element = element.parentNode as DomNode | null
  return element?.__wxElement
}
