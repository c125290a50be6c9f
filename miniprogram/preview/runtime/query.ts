// Trap 13: the adapter's selector queries have no node(); canvas code needs it.

import { blankPage } from './components'
import type { Data, Instance, NodesRef, QueryCallback } from './engine'
import { top } from './stack'

/** Return what wx.createSelectorQuery asks: the page on top, a blank one while there is none. */
export const queryRoot = (): Instance => top()?.instance ?? blankPage()

function toNode(context: unknown): unknown {
  const element = context instanceof Element ? context : null
  const canvas = element?.shadowRoot?.querySelector('canvas') ?? element
  if (!(canvas instanceof HTMLCanvasElement)) return canvas
  // Trap 24: WeChat stretches the drawing over the canvas' box, kbone-ui shows it pixel by pixel.
  Object.assign(canvas.style, { width: '100%', height: '100%' })
  return Object.assign(canvas, {
    createImage: () => new Image(),
    requestAnimationFrame: (callback: FrameRequestCallback) => requestAnimationFrame(callback),
    cancelAnimationFrame: (handle: number) => cancelAnimationFrame(handle),
  })
}

/** Teach the queries to answer nodes. */
export function patchQueries(): void {
  const prototype = Object.getPrototypeOf(queryRoot().createSelectorQuery().select('x')) as NodesRef
  const plain = prototype.fields
  const answer = (result: Data | Data[] | null) => {
    for (const each of Array.isArray(result) ? result : [result]) {
      if (each) each['node'] = toNode(each['context'])
    }
  }
  prototype.fields = function (fields: Data, callback?: QueryCallback) {
    if (!fields['node']) return plain.call(this, fields, callback)
    return plain.call(this, { ...fields, context: true }, (result) => {
      answer(result)
      callback?.(result)
    })
  }
  prototype.node = function (callback?: QueryCallback) {
    return this.fields({ node: true }, callback)
  }
}
