// usage: tsx preview/build/cli.ts [--source src] [--out preview/dist] [--strict] [--watch]
// --strict: what is wrong with our own pages fails the build.

import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundle'
import { compile } from './compile'
import { ROOT } from './source'

const { values: options } = parseArgs({
  options: {
    source: { type: 'string', default: 'src' },
    out: { type: 'string', default: 'preview/dist' },
    strict: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
  },
})
const folder = path.resolve(ROOT, options.source)
const out = path.resolve(ROOT, options.out)

/** Build once; return whether nothing is wrong with our own pages. */
async function build(): Promise<boolean> {
  const began = performance.now()
  const compiled = compile(folder)
  const errors = compiled.findings.filter(({ isError }) => isError)
  for (const { file, message } of errors) console.error(`${file}: ${message}`)
  if (errors.length > 0 && options.strict) return false
  await bundle(compiled, out)
  const took = ((performance.now() - began) / 1000).toFixed(1)
  const { components, app } = compiled
  console.log(`preview: ${app.pages.length} pages, ${components.length} components, ${took} s`)
  return errors.length === 0
}

const isFine = await build()
if (options.strict && !isFine) process.exit(1)
if (options.watch) {
  let timer: NodeJS.Timeout | undefined
  const again = () => build().catch((error: Error) => console.error(error.message))
  fs.watch(folder, { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void again(), 150)
  })
}
