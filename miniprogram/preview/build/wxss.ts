// WXSS → CSS for one document that holds every page of the stack.

import fs from 'node:fs'
import path from 'node:path'
import postcss, { type ChildNode, type Root, type Rule } from 'postcss'
import selectorParser, { type Selector } from 'postcss-selector-parser'
import { BUILTINS } from '../shared/builtins'
import { rpxToVw } from '../shared/rpx'
import { drawIcons, isIconSheet } from './icons'

export interface Sheet {
  /** Code path of the page or component. */
  is: string
  isPage: boolean
  scope?: string
}

/** Turns style sheets of one mini-program into CSS and remembers which files it read. */
export class Styles {
  readonly files = new Set<string>()

  constructor(private readonly folder: string) {}

  /** Return the CSS of a file, "" when there is none. Throws on a syntax error. */
  css(file: string, sheet: Sheet): string {
    if (!fs.existsSync(file)) return ''
    const root = this.parse(file, [file])
    if (isIconSheet(file)) drawIcons(root)
    root.walkDecls((each) => {
      each.value = rpxToVw(each.value)
    })
    root.walkAtRules((each) => {
      each.params = rpxToVw(each.params)
    })
    root.walkComments((each) => {
      each.remove()
    })
    const adapt = selectorParser((selectors) => {
      selectors.each((each) => adaptSelector(each, sheet))
    })
    root.walkRules((rule) => {
      if (!isKeyframe(rule)) rule.selector = adapt.processSync(rule.selector)
    })
    return root.toString()
  }

  private parse(file: string, above: string[]): Root {
    this.files.add(file)
    const root = postcss.parse(fs.readFileSync(file, 'utf8'), { from: file })
    root.walkAtRules('import', (rule) => {
      const url = rule.params.replace(/^(?:url\()?\s*["']?|["']?\s*\)?;?$/g, '')
      const target = url.startsWith('/')
        ? path.join(this.folder, url)
        : path.resolve(path.dirname(file), url)
      const nodes: ChildNode[] = above.includes(target)
        ? []
        : this.parse(target, [...above, target]).nodes
      rule.replaceWith(nodes)
    })
    return root
  }
}

const isKeyframe = (rule: Rule): boolean =>
  rule.parent?.type === 'atrule' && /keyframes$/.test((rule.parent as postcss.AtRule).name)

function adaptSelector(selector: Selector, sheet: Sheet): void {
  selector.walkTags((tag) => {
    if (tag.value === 'page' || BUILTINS.has(tag.value)) tag.value = `wx-${tag.value}`
  })
  selector.walkPseudos((pseudo) => {
    if (pseudo.value !== ':host') return
    pseudo.replaceWith(selectorParser.tag({ value: `[is="${sheet.is}"]` }))
  })
  if (sheet.scope !== undefined) {
    selector.walkClasses((each) => {
      each.value = `${sheet.scope}--${each.value}`
    })
  }
  if (sheet.isPage) keepToPage(selector, sheet.is)
}

/** Trap 11: all pages share one document, so a page's rules must not reach its neighbours. */
function keepToPage(selector: Selector, is: string): void {
  const first = selector.first
  if (first.type === 'tag' && first.value === 'wx-page') {
    selector.insertAfter(first, selectorParser.tag({ value: `[is="${is}"]` }))
  } else {
    // :where() adds no weight, so app.wxss and the page keep their order of precedence.
    const only = selectorParser.tag({ value: `:where(wx-page[is="${is}"]) ` })
    selector.prepend(only)
  }
}
