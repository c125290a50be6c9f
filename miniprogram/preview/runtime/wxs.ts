// WXS at run time: its globals, and responsive events, whose handlers get component descriptors.

import { kebab } from '../shared/kebab'
import { engine, type Data, type EngineNode, type Instance } from './engine'

type WxsFunction = ((...args: unknown[]) => unknown) & { __wxs?: 1 }
type Style = string | Record<string, string>

interface WxsEvent {
  currentTarget: EngineNode | Instance
  instance?: unknown
}

const known = new WeakMap<EngineNode, Data>()

/** Return WeChat's ComponentDescriptor of a node. */
function describe(target: EngineNode | Instance | null): Data | null {
  if (!target) return null
  const node = (target as Instance)._$ ?? (target as EngineNode)
  let descriptor = known.get(node)
  if (descriptor === undefined) {
    descriptor = { ...looks(node), ...relations(node), ...timers }
    known.set(node, descriptor)
  }
  return descriptor
}

function setStyle(own: CSSStyleDeclaration, style: Style): void {
  if (typeof style === 'string') own.cssText += `;${style}`
  else for (const [name, value] of Object.entries(style)) own.setProperty(kebab(name), value)
}

function looks(node: EngineNode): Data {
  const toggle = (names: string, isOn: boolean) => {
    for (const name of names.split(/\s+/)) node.classList.toggle(name, isOn)
    return describe(node)
  }
  const computed = (names: string[]) => {
    const style = getComputedStyle(node.$$)
    return Object.fromEntries(names.map((name) => [name, style[name as keyof CSSStyleDeclaration]]))
  }
  return {
    setStyle(style: Style) {
      setStyle(node.$$.style, style)
      return describe(node)
    },
    addClass: (names: string) => toggle(names, true),
    removeClass: (names: string) => toggle(names, false),
    hasClass: (name: string) => node.classList.contains(name),
    getBoundingClientRect: () => node.$$.getBoundingClientRect().toJSON() as Data,
    getComputedStyle: computed,
  }
}

function relations(node: EngineNode): Data {
  const isComponent = engine.Component.isComponent(node)
  const root = () => (isComponent ? node.getShadowRoot() : null) ?? node
  const owner = () => (isComponent ? node : (node.ownerShadowRoot.getHostNode?.() ?? node))
  const state = {}
  return {
    selectComponent: (selector: string) => describe(root().querySelector(selector)),
    selectAllComponents: (selector: string) => root().querySelectorAll(selector).map(describe),
    getDataset: () => node.dataset,
    getState: () => state,
    callMethod: (name: string, args: unknown) => owner().getMethodCaller()[name]?.(args),
    triggerEvent: (name: string, detail: unknown, options: unknown) =>
      node.triggerEvent(name, detail, options),
  }
}

const timers: Data = {
  requestAnimationFrame: (callback: FrameRequestCallback) => requestAnimationFrame(callback),
  setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
  clearTimeout: (timer: number) => clearTimeout(timer),
}

/** What build/templates.ts hooks into the compiled templates. */
const previewWxs = {
  change(callback: WxsFunction | undefined) {
    if (!callback?.__wxs) return callback
    return (now: unknown, before: unknown, host: EngineNode, element: EngineNode) => {
      queueMicrotask(() => callback(now, before, describe(host), describe(element)))
    }
  },
  event(caller: Instance, event: WxsEvent, callback: WxsFunction) {
    if (!callback.__wxs) return callback.call(caller, event)
    event.instance = describe(event.currentTarget)
    return callback(event, describe(caller))
  },
}

const globals = {
  previewWxs,
  getDate: (...args: []) => new Date(...args),
  getRegExp: (source: string, flags?: string) => new RegExp(source, flags),
}
Object.assign(globalThis, globals)
