// Registers the pages and components of the program with the framework.

import * as adapter from 'glass-easel-miniprogram-adapter'
import type { CompiledComponent, TemplateGroup } from '../shared/program'
import { WebContext } from './backend'
import { engine, type EngineNode, type EventOptions, type Instance } from './engine'
import { answerOpenType } from './open-type'

type Definition = { behaviors?: unknown[] } & Record<string, unknown>
type Define = ((definition?: Definition) => unknown) & { trait?: unknown }
type Definer = 'Page' | 'Component' | 'Behavior'

const BLANK = 'preview/blank'

const environment = new adapter.MiniProgramEnv()
const codeSpace = environment.createCodeSpace('', true)
// Trap 7: a component may have a property named "data" (t-table has).
codeSpace.getComponentSpace().updateComponentOptions({ writeFieldsToNode: false })

const context = new WebContext()
context.onEvent((target: EngineNode, type: string, detail: unknown, options: EventOptions) => {
  const event = new engine.Event(type, detail, options)
  engine.Event.dispatchEvent(target, event)
  const touched = options.originalEvent instanceof Event ? options.originalEvent.target : null
  if (type === 'tap' && touched instanceof Element) void answerOpenType(touched)
  return event.getEventBubbleStatus()
})
const backend = environment.associateBackend(
  context as unknown as Parameters<typeof environment.associateBackend>[0],
)

// The framework leaves the lifetime "ready" to its host: after the first layout of a component.
const space = codeSpace.getComponentSpace()
const readiness = space.define().lifetime('attached', function (this: unknown) {
  const node = (this as Instance)._$ ?? (this as EngineNode)
  queueMicrotask(() => node.triggerLifetime('ready', []))
})
codeSpace.setOverallBehavior(readiness.registerBehavior() as never)

const named = new Map<string, unknown>()

/** Trap 8: behaviors given by name ("wx://form-field") crash the adapter; kbone-ui does their work. */
function withoutNames(definition: Definition): Definition {
  const behaviors = definition.behaviors?.map((behavior) => {
    if (typeof behavior !== 'string') return behavior
    if (!named.has(behavior)) named.set(behavior, codeSpace.behavior().register())
    return named.get(behavior)
  })
  return behaviors ? { ...definition, behaviors } : definition
}

/** Register everything; what refers to each other may come in any order. */
export function registerAll(components: CompiledComponent[], templates: TemplateGroup): void {
  space.groupRegister(() => {
    codeSpace.addComponentStaticConfig(BLANK, {} as never)
    codeSpace.component(BLANK).register()
    for (const each of components) register(each, templates)
  })
}

function register(component: CompiledComponent, templates: TemplateGroup): void {
  const { path, config, scope, css, load } = component
  codeSpace.addComponentStaticConfig(path, config as never)
  // Trap 10: without the fallback, bindtap="x" (no colon) on a built-in component is not heard.
  const template = { groupList: templates, content: templates[path], fallbackListenerOnNativeNode: true }
  codeSpace.addCompiledTemplate(path, template as never)
  codeSpace.addStyleSheet(path, path, scope)
  backend.registerStyleSheetContent(path, css)
  codeSpace.globalComponentEnv(globalThis, path, () => {
    let count = 0
    wrap('Page', () => count++)
    wrap('Component', () => count++)
    wrap('Behavior', () => undefined)
    load()
    if (count !== 1) console.error(`${path} calls Page() or Component() ${count} times, not once`)
  })
}

function wrap(name: Definer, onCall: () => void): void {
  const globals = globalThis as unknown as Record<Definer, Define>
  const define = globals[name]
  const wrapped = (definition?: Definition) => {
    onCall()
    return definition === undefined ? define() : define(withoutNames(definition))
  }
  globals[name] = Object.assign(wrapped, { trait: define.trait })
}

/** Use app.wxss for every page. */
export function addAppStyle(css: string): void {
  codeSpace.addStyleSheet('app', 'app')
  backend.registerStyleSheetContent('app', css)
}

/** Return a new page, not yet in the document. */
export const createRoot = (path: string) => backend.createRoot('wx-page', codeSpace, path)

let blank: Instance | undefined

/** Trap 13: return something to query from while no page is on the stack yet. */
export function blankPage(): Instance {
  blank ??= createRoot(BLANK).get() as unknown as Instance
  return blank
}
