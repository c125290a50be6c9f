// WXML and WXS → one group of compiled templates, by glass-easel's own compiler.

import fs from 'node:fs'
import path from 'node:path'
import compiler from 'glass-easel-template-compiler'
import { isNpm, type Finding, type Source } from './source'

const posix = path.posix
const REQUIRE = /require\(\s*['"]([^'"]+)['"]\s*\)/g
// Lets runtime/wxs.ts tell a WXS function from a method.
const MARK = `
;for (var $name in module.exports) if (typeof module.exports[$name] === "function") module.exports[$name].__wxs = 1`

interface Warning {
  startLine: number
  isError: boolean
  message: string
}

/**
 * Return WXS as the compiler wants it.
 *
 * Trap 1: in WXS `x.constructor` is a string ("Array"); in JavaScript its `.name` is.
 * Trap 2: the compiler names modules without ".wxs".
 */
export function adaptWxs(source: string): string {
  const named = source.replace(/(require\(\s*['"][^'"]+?)\.wxs(['"]\s*\))/g, '$1$2')
  return named.replace(/\.constructor\b(?!\.name)/g, '.constructor.name') + MARK
}

export class Templates {
  readonly findings: Finding[] = []
  readonly files = new Set<string>()
  private readonly group = new compiler.TmplGroup()
  private readonly seen = new Set<string>()

  constructor(private readonly source: Source) {
    this.group.setExtraRuntimeScript('Q.A = previewWxs.change; Q.C = previewWxs.event;')
  }

  /** Add the template of a code path and whatever it imports. */
  add(codePath: string): void {
    const file = `${this.source.file(codePath)}.wxml`
    if (this.seen.has(file)) return
    this.seen.add(file)
    this.compile(codePath, this.read(file))
    for (const each of this.group.getDirectDependencies(codePath) as string[]) this.add(each)
    for (const each of this.group.getScriptDependencies(codePath) as string[]) this.addWxs(each)
    for (const name of this.group.getInlineScriptModuleNames(codePath) as string[]) {
      const script = this.group.getInlineScript(codePath, name)
      this.addRequired(codePath, script)
      this.group.setInlineScript(codePath, name, adaptWxs(script))
    }
  }

  /** Return the JavaScript of all templates; nothing can be added afterwards. */
  finish(): string {
    const code = this.group.getTmplGenObjectGroups()
    this.group.free()
    return code
  }

  private compile(codePath: string, text: string): void {
    for (const warning of this.group.addTmpl(codePath, text) as Warning[]) {
      this.findings.push({
        file: `${codePath}.wxml:${warning.startLine + 1}`,
        message: warning.message,
        // What a library ships has been through WeChat's own compiler.
        isError: warning.isError && !isNpm(codePath),
      })
    }
  }

  private addWxs(codePath: string): void {
    const file = `${this.source.file(codePath.replace(/\.wxs$/, ''))}.wxs`
    if (this.seen.has(file)) return
    this.seen.add(file)
    const text = this.read(file)
    this.addRequired(codePath, text)
    this.group.addScript(codePath, adaptWxs(text))
  }

  private addRequired(codePath: string, script: string): void {
    for (const [, target] of script.matchAll(REQUIRE)) {
      this.addWxs(posix.join(posix.dirname(codePath), target!).replace(/\.wxs$/, ''))
    }
  }

  private read(file: string): string {
    this.files.add(file)
    return fs.readFileSync(file, 'utf8')
  }
}
