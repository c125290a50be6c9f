// From app.json to everything the runtime needs: pages → components (of npm too) → templates, CSS.

import fs from 'node:fs'
import path from 'node:path'
import type { AppConfig, ComponentConfig, TabBar, WindowConfig } from '../shared/program'
import { findMistakes } from './handlers'
import { isNpm, readJson, Source, type Finding } from './source'
import { Templates } from './templates'
import { Styles } from './wxss'

const posix = path.posix

interface Subpackage {
  root: string
  pages: string[]
}

interface AppJson {
  pages: string[]
  subPackages?: Subpackage[]
  subpackages?: Subpackage[]
  usingComponents?: Record<string, string>
  entryPagePath?: string
  window?: WindowConfig
  tabBar?: TabBar
}

/** One page or component as found. */
export interface Found {
  path: string
  script: string
  isPage: boolean
  config: ComponentConfig & WindowConfig
}

export interface Compiled {
  source: Source
  app: AppConfig
  appScript: string
  appCss: string
  templates: string
  components: (Found & { scope?: string; css: string })[]
  /** Roots of the subpackages. */
  subpackages: string[]
  findings: Finding[]
  /** Every WXML, WXS and WXSS file that was read. */
  files: Set<string>
}

/** Compile the mini-program in a folder. Throws when it cannot be understood. */
export function compile(folder: string): Compiled {
  const source = new Source(folder)
  const appJson = readJson<AppJson>(path.join(folder, 'app.json'))
  const subpackages = appJson.subPackages ?? appJson.subpackages ?? []
  const inPackages = subpackages.flatMap(({ root, pages }) => pages.map((p) => posix.join(root, p)))
  const pages = [...appJson.pages, ...inPackages]
  const finder = new Finder(source, appJson.usingComponents ?? {})
  for (const each of pages) finder.visit(each, true)
  const styles = new Styles(folder)
  const components = finder.found.map((each, index) => {
    const scope = scopeOf(each, index)
    const sheet = { is: each.path, isPage: each.isPage, scope }
    return { ...each, scope, css: styles.css(`${source.file(each.path)}.wxss`, sheet) }
  })
  const appSheet = { is: 'app', isPage: false }
  return {
    source,
    app: appConfig(appJson, pages, finder.found),
    appScript: source.script('app'),
    appCss: styles.css(path.join(folder, 'app.wxss'), appSheet),
    templates: finder.templates.finish(),
    components,
    subpackages: subpackages.map(({ root }) => root),
    findings: [...finder.templates.findings, ...finder.findings],
    files: new Set([...finder.templates.files, ...styles.files]),
  }
}

function appConfig(appJson: AppJson, pages: string[], found: Found[]): AppConfig {
  const own = found.filter(({ isPage }) => isPage)
  const look = ({ config: { usingComponents: _, ...rest } }: Found) => rest
  return {
    pages,
    entryPagePath: appJson.entryPagePath,
    window: appJson.window ?? {},
    tabBar: appJson.tabBar,
    pageConfig: Object.fromEntries(own.map((page) => [page.path, look(page)])),
  }
}

/** Return the prefix of a component's class names; "shared" sheets have none, as in WeChat. */
function scopeOf({ config, isPage }: Found, index: number): string | undefined {
  const isolation = config.styleIsolation ?? (config.component && !isPage ? 'isolated' : 'shared')
  const isShared = isolation === 'shared' || isolation === 'page-shared'
  return isShared ? undefined : `s${index.toString(36)}`
}

/** Walks from the pages to all they use. */
class Finder {
  readonly found: Found[] = []
  readonly findings: Finding[] = []
  readonly templates: Templates
  private readonly seen = new Set<string>()
  private readonly everywhere: Record<string, string>

  constructor(
    private readonly source: Source,
    usingComponents: Record<string, string>,
  ) {
    this.templates = new Templates(source)
    this.everywhere = this.resolve('app', usingComponents)
  }

  visit(codePath: string, isPage: boolean): void {
    if (this.seen.has(codePath)) return
    this.seen.add(codePath)
    const file = `${this.source.file(codePath)}.json`
    // A page may do without its .json.
    const config = fs.existsSync(file)
      ? readJson<Partial<ComponentConfig> & WindowConfig>(file)
      : {}
    const usingComponents = {
      ...(isNpm(codePath) ? {} : this.everywhere),
      ...this.resolve(codePath, config.usingComponents ?? {}),
    }
    for (const url of Object.values(usingComponents)) this.visit(url.slice(1), false)
    const script = this.source.script(codePath)
    this.templates.add(codePath)
    if (!isNpm(codePath)) this.findings.push(...findMistakes(this.source, codePath, script))
    // What a component uses is registered before it.
    this.found.push({ path: codePath, script, isPage, config: { ...config, usingComponents } })
  }

  private resolve(from: string, using: Record<string, string>): Record<string, string> {
    const resolved = Object.entries(using).map(([tag, url]) => [
      tag,
      this.source.component(from, url),
    ])
    return Object.fromEntries(
      resolved.filter(([, url]) => url !== null).map(([tag, url]) => [tag, `/${url}`]),
    ) as Record<string, string>
  }
}
