import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { compile } from '../preview/build/compile'
import { Source } from '../preview/build/source'
import { adaptWxs } from '../preview/build/templates'

const FIXTURE = path.join(import.meta.dirname, 'fixture')
const folders: string[] = []

/** Return a copy of the project of traps with some files written over. */
function copy(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'program-'))
  folders.push(folder)
  fs.cpSync(FIXTURE, folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
  return folder
}

after(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true })
})

const messages = (folder: string) => compile(folder).findings.map(({ message }) => message)

test('the project of traps has nothing wrong with it', () => {
  const { app, components, findings, subpackages } = compile(FIXTURE)
  assert.deepEqual(findings.filter(({ isError }) => isError), [])
  assert.equal(app.pages.at(-1), 'pages/styled/styled')
  assert.deepEqual(subpackages, ['pages/styled'])
  const paths = components.map(({ path: is }) => is)
  assert.ok(paths.includes('miniprogram_npm/tdesign-miniprogram/icon/icon'))
  assert.ok(paths.indexOf('components/base/base') < paths.indexOf('pages/home/home'))
})

test('traps 1 and 2: WXS is made JavaScript', () => {
  const made = adaptWxs("var t = require('./t.wxs'); t.x.constructor === 'Array'")
  assert.match(made, /require\('\.\/t'\)/)
  assert.match(made, /t\.x\.constructor\.name === 'Array'/)
  assert.doesNotMatch(adaptWxs('x.constructor.name'), /name\.name/)
})

test('trap 9: styleIsolation in a script is told', () => {
  const script = "Component({ options: { styleIsolation: 'shared' } })"
  const folder = copy({ 'components/base/base.ts': script })
  assert.deepEqual(messages(folder), ['styleIsolation belongs into the .json file'])
})

test('trap 15: a listener nobody wrote is told, one in a comment is not', () => {
  const wxml = '<view bindtap="onNothing" /><!-- <view bindtap="onGone" /> -->'
  const folder = copy({ 'components/base/base.wxml': wxml })
  assert.deepEqual(messages(folder), ['no method "onNothing" in base.ts'])
})

test('a component that is not there stops the build', () => {
  const json = '{ "usingComponents": { "x-y": "/components/gone/gone" } }'
  const folder = copy({ 'pages/form/form.json': json })
  assert.throws(() => compile(folder), /pages\/form\/form\.json: there is no component/)
})

test('JSON that is none names the file', () => {
  const folder = copy({ 'pages/form/form.json': '{ // no comments\n}' })
  assert.throws(() => compile(folder), /form\.json/)
})

test('a WXS file that is not there stops the build', () => {
  const wxml = '<wxs module="m" src="./gone.wxs"></wxs><view />'
  assert.throws(() => compile(copy({ 'components/base/base.wxml': wxml })), /gone\.wxs/)
})

test('a script that is not there stops the build', () => {
  const folder = copy({})
  fs.rmSync(path.join(folder, 'pages/form/form.ts'))
  assert.throws(() => compile(folder), /pages\/form\/form: no \.ts or \.js file/)
})

test('components are found near, from the root, by folder and in npm', () => {
  const source = new Source(FIXTURE)
  const from = 'pages/home/home'
  assert.equal(source.component(from, '../../components/base/base'), 'components/base/base')
  assert.equal(source.component(from, '/components/base/base'), 'components/base/base')
  const icon = 'tdesign-miniprogram/icon/icon'
  assert.equal(source.component(from, icon), `miniprogram_npm/${icon}`)
  assert.equal(source.component(from, 'plugin://x/y'), null)
  assert.throws(() => source.component(from, './tdesign'), /there is no component/)
})

test('the lock file names no registry', () => {
  const lock = fs.readFileSync(path.join(FIXTURE, '../../package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, { resolved?: string }> }
  assert.deepEqual(Object.keys(packages).filter((name) => packages[name]?.resolved), [])
})

test('every version is pinned, the framework and its compiler to the same one', () => {
  const manifest = fs.readFileSync(path.join(FIXTURE, '../../package.json'), 'utf8')
  const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, Record<string, string>>
  const pins = { ...dependencies, ...devDependencies } as Record<string, string>
  assert.deepEqual(Object.entries(pins).filter(([, pin]) => !/^\d+\.\d+\.\d+$/.test(pin)), [])
  const trio = ['', '-miniprogram-adapter', '-template-compiler'].map((end) => pins[`glass-easel${end}`])
  assert.deepEqual(trio, ['0.12.1', '0.12.1', '0.12.1'])
})
