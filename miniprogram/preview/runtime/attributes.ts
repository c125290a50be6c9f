// What a template sets on an element and how it reaches the DOM: attributes, style, data-*, id.

import { kebab } from '../shared/kebab'
import { rpxToVw } from '../shared/rpx'
import { play, type Animation } from './animation'
import { engine, type DomNode, type EngineNode } from './engine'
import { here } from './wx/network'

const PATHS = new Set(['src', 'poster'])
const ABSOLUTE = /^(?:https?:|data:|blob:|wxfile:|\/\/)/

/**
 * Return where a file of the program lies for the browser; `is` is the component that names it.
 *
 * Trap 25: a picture of the program's own server is asked of whoever serves this page, like a
 * request.
 */
function resolveAsset(url: string, is: string): string {
  if (/^https?:\/\/[^/]+\/api\//.test(url)) return here(url)
  if (url === '' || ABSOLUTE.test(url)) return url
  return url.startsWith('/') ? `.${url}` : `./${is.replace(/[^/]*$/, '')}${url}`
}

/**
 * Trap 3: left alone, the framework turns objects into "[object Object]" and null into "", which
 * is true for a boolean. kbone-ui takes values of any type, and has booleans that are true by
 * default, so false must be said.
 */
engine.NativeNode.prototype.updateAttribute = function (this: EngineNode, name, value) {
  const element = this.$$ as DomNode | null
  // Trap 23: a closed page has let go of its nodes; WeChat takes a late setData without a word.
  if (element === null) return
  if (value === undefined || value === null) element.removeAttribute(name)
  else if (name === 'animation') play(element, value as Animation)
  else if (name === 'hidden') element.toggleAttribute(name, Boolean(value) && value !== 'false')
  else element.setAttribute(name, said(this, name, value) as string)
}

function said(node: EngineNode, name: string, value: unknown): unknown {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string' || !PATHS.has(name)) return value
  return resolveAsset(value, node.ownerShadowRoot.getHostNode?.().is ?? '')
}

const prototype = engine.Element.prototype

const setNodeStyle = prototype.setNodeStyle
prototype.setNodeStyle = function (style, segment) {
  setNodeStyle.call(this, typeof style === 'string' ? rpxToVw(style) : style, segment)
}

// Page styles ([data-x]) and people who test see data-* and ids; the framework keeps them to itself.
const setDataset = prototype.setDataset
prototype.setDataset = function (name, value) {
  setDataset.call(this, name, value)
  if (typeof value === 'object') return
  if (this.$$ instanceof Element) this.$$.setAttribute(`data-${kebab(name)}`, String(value))
}

const id = Object.getOwnPropertyDescriptor(prototype, 'id')
if (id?.set === undefined) throw new Error('glass-easel keeps ids elsewhere now')
const setId = id.set
Object.defineProperty(prototype, 'id', {
  ...id,
  set(this: EngineNode, value: string) {
    setId.call(this, value)
    if (this.$$ instanceof Element) this.$$.setAttribute('id', value)
  },
})
