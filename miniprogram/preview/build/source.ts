// Where the parts of a mini-program lie: between code paths ("pages/home/home") and files.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const posix = path.posix
const NPM = 'miniprogram_npm/'

/** The folder that holds package.json and node_modules. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** What was found wrong: an error stops a strict build. */
export interface Finding {
  file: string
  message: string
  isError: boolean
}

export const isNpm = (codePath: string): boolean => codePath.startsWith(NPM)

/** Split "pkg/a/b" or "@scope/pkg/a/b" into the package and the rest. */
export function splitPackage(specifier: string): [name: string, rest: string] {
  const parts = specifier.split('/')
  const count = specifier.startsWith('@') ? 2 : 1
  return [parts.slice(0, count).join('/'), parts.slice(count).join('/')]
}

const packageRoots = new Map<string, string | null>()

/** Return the folder a package ships to mini-programs, null when it ships none. */
export function packageRoot(name: string): string | null {
  const known = packageRoots.get(name)
  if (known !== undefined) return known
  const folder = path.join(ROOT, 'node_modules', name)
  const manifest = path.join(folder, 'package.json')
  let root: string | null = null
  if (fs.existsSync(manifest)) {
    const { miniprogram = 'miniprogram_dist' } = readJson<{ miniprogram?: string }>(manifest)
    root = path.join(folder, miniprogram)
  }
  packageRoots.set(name, root)
  return root
}

/** Read a JSON file. Throws with the file's name. */
export function readJson<T>(file: string): T {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as T
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** Return all files below a folder but those DevTools packs from npm; ours come from node_modules. */
export function filesBelow(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((e) => path.join(e.parentPath, e.name))
  return files.filter((file) => !file.includes(`${path.sep}miniprogram_npm${path.sep}`))
}

/** One mini-program on the disk. */
export class Source {
  constructor(readonly folder: string) {}

  /** Return the file of a code path, without its ending. */
  file(codePath: string): string {
    if (!isNpm(codePath)) return path.join(this.folder, codePath)
    const [name, rest] = splitPackage(codePath.slice(NPM.length))
    const root = packageRoot(name)
    if (root === null) throw new Error(`the package ${name} is not installed`)
    return path.join(root, rest)
  }

  /** Return the script of a code path. Throws when there is none. */
  script(codePath: string): string {
    const stem = this.file(codePath)
    const found = [`${stem}.ts`, `${stem}.js`].find((file) => fs.existsSync(file))
    if (found === undefined) throw new Error(`${codePath}: no .ts or .js file`)
    return found
  }

  /** Return the code path that `usingComponents` of `from` means by `url`, null for a plugin's. */
  component(from: string, url: string): string | null {
    if (url.includes('://')) return null
    const isThere = (codePath: string) => fs.existsSync(`${this.file(codePath)}.json`)
    const near = url.startsWith('/') ? url.slice(1) : posix.join(posix.dirname(from), url)
    const found = [near, `${near}/index`].find(isThere)
    if (found !== undefined) return found
    const [name] = splitPackage(url)
    if (!url.startsWith('.') && !url.startsWith('/') && packageRoot(name) !== null) {
      return NPM + url
    }
    throw new Error(`${from}.json: there is no component "${url}"`)
  }
}
