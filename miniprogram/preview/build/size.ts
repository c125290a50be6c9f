// usage: tsx preview/build/size.ts — what each package weighs, by the files WeChat would upload.
// Fails over the limits we set ourselves; WeChat's own are 2 MB a package and 20 MB in all.

import fs from 'node:fs'
import path from 'node:path'
import esbuild from 'esbuild'
import { programPlugin } from './bundle'
import { compile, type Compiled } from './compile'
import { filesBelow, isNpm, ROOT } from './source'

const KB = 1024
const LIMITS = { main: 1024 * KB, total: 4096 * KB }
const ASSET = /\.(?:png|jpe?g|gif|svg|webp|mp3)$/

/** Return every script the program runs, with what it weighs minified: esbuild finds the imports. */
async function scripts(compiled: Compiled): Promise<Map<string, number>> {
  const entryPoints = [compiled.appScript, ...compiled.components.map(({ script }) => script)]
  const { metafile } = await esbuild.build({
    entryPoints,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    outdir: path.join(ROOT, 'out'),
    absWorkingDir: ROOT,
    plugins: [programPlugin(compiled)],
    tsconfigRaw: '{}',
    logLevel: 'error',
  })
  const weigh = async (file: string): Promise<[string, number]> => {
    const loader = file.endsWith('.ts') ? 'ts' : 'js'
    const { code } = await esbuild.transform(fs.readFileSync(file, 'utf8'), { loader, minify: true })
    return [file, Buffer.byteLength(code)]
  }
  const files = Object.keys(metafile.inputs).map((file) => path.join(ROOT, file))
  return new Map(await Promise.all(files.map(weigh)))
}

/** Return the bytes of each package; "" is the main one, which also holds what comes from npm. */
async function weigh(compiled: Compiled): Promise<Map<string, number>> {
  const { source, subpackages, components, files } = compiled
  const weights = await scripts(compiled)
  const own = components.map(({ path: is }) => `${source.file(is)}.json`)
  const assets = filesBelow(source.folder).filter((file) => ASSET.test(file))
  const app = ['app.json', 'sitemap.json'].map((name) => path.join(source.folder, name))
  for (const file of [...files, ...own, ...assets, ...app]) {
    weights.set(file, fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  }
  const packages = new Map([['', 0], ...subpackages.map((root): [string, number] => [root, 0])])
  for (const [file, bytes] of weights) {
    const place = path.relative(source.folder, file)
    const root = subpackages.find((each) => place.startsWith(`${each}${path.sep}`)) ?? ''
    packages.set(root, packages.get(root)! + bytes)
  }
  return packages
}

const compiled = compile(path.join(ROOT, 'src'))
const packages = await weigh(compiled)
const total = [...packages.values()].reduce((sum, bytes) => sum + bytes, 0)
for (const [root, bytes] of packages) {
  console.log(`${(bytes / KB).toFixed(0).padStart(6)} kB  ${root || 'main package'}`)
}
const fromNpm = compiled.components.filter(({ path: is }) => isNpm(is)).length
console.log(`${(total / KB).toFixed(0).padStart(6)} kB  in all, ${fromNpm} components from npm`)
if (packages.get('')! > LIMITS.main || total > LIMITS.total) {
  console.error('too large: 1 MB for the main package and 4 MB in all are the most')
  process.exit(1)
}
