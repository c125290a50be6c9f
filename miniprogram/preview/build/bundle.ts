// The compiled mini-program, the runtime and the phone frame → files a web server can hand out.

import fs from 'node:fs'
import path from 'node:path'
import esbuild, { type Plugin } from 'esbuild'
import type { Compiled } from './compile'
import { copyIcons } from './icons'
import { filesBelow, packageRoot, ROOT, splitPackage } from './source'

const PREVIEW = path.join(ROOT, 'preview')
const ASSET = /\.(?:png|jpe?g|gif|svg|webp|mp3)$/
const ENDINGS = ['', '.js', '.ts']

/** Write everything below `out`. */
export async function bundle(compiled: Compiled, out: string): Promise<void> {
  fs.mkdirSync(out, { recursive: true })
  const common = {
    bundle: true,
    format: 'iife',
    sourcemap: 'linked',
    target: 'chrome110',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  } as const
  await esbuild.build({
    ...common,
    entryPoints: ['program:entry'],
    outfile: path.join(out, 'app.js'),
    plugins: [programPlugin(compiled)],
    // The program's own tsconfig is for type checks; the compiler options of WeChat are not ours.
    tsconfigRaw: '{}',
  })
  const frame = path.join(PREVIEW, 'frame/main.ts')
  await esbuild.build({ ...common, entryPoints: [frame], outfile: path.join(out, 'frame.js') })
  for (const name of ['index.html', 'frame.css', 'app.html', 'app.css']) {
    fs.copyFileSync(path.join(PREVIEW, 'frame', name), path.join(out, name))
  }
  copyAssets(compiled.source.folder, out)
  copyIcons(out)
}

function copyAssets(folder: string, out: string): void {
  for (const file of filesBelow(folder).filter((each) => ASSET.test(each))) {
    const target = path.join(out, path.relative(folder, file))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.copyFileSync(file, target)
  }
}

/** Return the module that hands the program to the runtime. */
function entry({ app, appCss, appScript, components }: Compiled): string {
  const text = JSON.stringify
  const parts = components.map(({ path: is, config, scope, css, script }) => {
    const load = `() => require(${text(script)})`
    const scoped = scope === undefined ? '' : ` scope: ${text(scope)},`
    return `{ path: ${text(is)}, config: ${text(config)},${scoped} css: ${text(css)}, load: ${load} }`
  })
  return `
    import { boot } from ${text(path.join(PREVIEW, 'runtime/main.ts'))}
    import templates from 'program:templates'
    boot({
      app: ${text(app)},
      appCss: ${text(appCss)},
      templates,
      loadApp: () => require(${text(appScript)}),
      components: [${parts.join(',\n')}],
    })`
}

/** Resolve imports the way a mini-program does, and hand out the generated modules. */
export function programPlugin(compiled: Compiled): Plugin {
  const { folder } = compiled.source
  return {
    name: 'program',
    setup(build) {
      build.onResolve({ filter: /^program:/ }, ({ path: name }) => ({ path: name, namespace: 'program' }))
      build.onLoad({ filter: /.*/, namespace: 'program' }, ({ path: name }) => ({
        contents: name === 'program:entry' ? entry(compiled) : `export default ${compiled.templates}`,
        loader: 'js',
        resolveDir: ROOT,
      }))
      build.onResolve({ filter: /^\// }, ({ path: name, importer, kind }) =>
        importer.startsWith(folder) ? build.resolve(`.${name}`, { resolveDir: folder, kind }) : undefined,
      )
      build.onResolve({ filter: /^[^./]/ }, ({ path: name, importer, namespace }) => {
        const isOurs = importer.startsWith(PREVIEW) || namespace === 'program'
        const file = isOurs ? undefined : npmFile(name, importer)
        return file === undefined ? undefined : { path: file }
      })
    },
  }
}

/** Return the file a bare import means inside a mini-program: what the package ships, not its main. */
function npmFile(name: string, importer: string): string | undefined {
  const [pkg, rest] = splitPackage(name)
  const within = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+\/[^/]+)\//.exec(importer)?.[1]
  const nested = within === undefined ? null : path.join(within, 'miniprogram_npm', pkg)
  const roots = [nested, packageRoot(pkg)].filter((each) => each !== null)
  const stems = roots.flatMap((root) => [rest || 'index', path.join(rest, 'index')].map((e) => path.join(root, e)))
  const files = stems.flatMap((stem) => ENDINGS.map((ending) => stem + ending))
  return files.find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile())
}
