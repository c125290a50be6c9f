// Mistakes the framework swallows in silence, found by looking.

import fs from 'node:fs'
import path from 'node:path'
import type { Finding, Source } from './source'

const COMMENT = /<!--[\s\S]*?-->/g
const LISTENER = /\s(?:capture-)?(?:mut-)?(?:bind|catch):?[\w-]+="(\w+)"/g

/** Return what is wrong with one of our own pages or components. */
export function findMistakes(source: Source, codePath: string, script: string): Finding[] {
  const code = fs.readFileSync(script, 'utf8')
  const wxml = fs.readFileSync(`${source.file(codePath)}.wxml`, 'utf8').replace(COMMENT, '')
  const error = (message: string): Finding => ({ file: codePath, message, isError: true })
  const findings: Finding[] = []
  // Trap 15: a listener nobody wrote does nothing at run time, without a word.
  for (const name of new Set([...wxml.matchAll(LISTENER)].map((match) => match[1]!))) {
    if (!new RegExp(`\\b${name}\\b\\s*[(:=,}]`).test(code)) {
      findings.push(error(`no method "${name}" in ${path.basename(script)}`))
    }
  }
  // Trap 9: here as in DevTools it belongs into the .json; the adapter ignores it in the script.
  if (/\bstyleIsolation\s*:/.test(code)) {
    findings.push(error('styleIsolation belongs into the .json file'))
  }
  return findings
}
