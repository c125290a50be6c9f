// In WeChat a page's classes reach into components that share styles: one name must not mean two things.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import postcss from 'postcss'

const SRC = path.resolve(import.meta.dirname, '../src')
const files = fs.readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wxss'))

function classesOf(file: string): Set<string> {
  const found = new Set<string>()
  postcss.parse(fs.readFileSync(path.join(SRC, file), 'utf8')).walkRules((rule) => {
    for (const [, name] of rule.selector.matchAll(/\.([\w-]+)/g)) found.add(name ?? '')
  })
  return found
}

test('no page restyles the inside of a component by accident', () => {
  const shared = files.filter((file) => file.startsWith('components/')).filter((file) =>
    fs.readFileSync(path.join(SRC, file.replace('.wxss', '.json')), 'utf8').includes('apply-shared'))
  assert.ok(shared.length > 3)
  for (const page of files.filter((file) => file.startsWith('pages/'))) {
    const using = JSON.parse(fs.readFileSync(path.join(SRC, page.replace('.wxss', '.json')), 'utf8')).usingComponents ?? {}
    const own = classesOf(page)
    for (const component of shared.filter((file) => Object.values(using).includes(`/${file.replace('.wxss', '')}`))) {
      const both = [...classesOf(component)].filter((name) => own.has(name))
      assert.deepEqual(both, [], `${page} and ${component}`)
    }
  }
})
