import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Styles, type Sheet } from '../preview/build/wxss'

const PAGE: Sheet = { is: 'pages/a/a', isPage: true }
const COMPONENT: Sheet = { is: 'components/b/b', isPage: false, scope: 's1' }

function css(text: string, sheet: Sheet, more: Record<string, string> = {}): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wxss-'))
  for (const [name, content] of Object.entries({ 'it.wxss': text, ...more })) {
    fs.writeFileSync(path.join(folder, name), content)
  }
  const made = new Styles(folder).css(path.join(folder, 'it.wxss'), sheet)
  fs.rmSync(folder, { recursive: true })
  return made.replace(/\s+/g, ' ').trim()
}

test('rpx become a share of the screen, in values and in media queries', () => {
  const made = css('@media (min-width: 375rpx) { .a { margin: -75rpx 7.5rpx } }', COMPONENT)
  assert.equal(made, '@media (min-width: 50vw) { .s1--a { margin: -10vw 1vw } }')
})

test('built-in tags and page are custom elements here', () => {
  assert.equal(css('view text.x, my-tag {}', COMPONENT), 'wx-view wx-text.s1--x, my-tag {}')
})

test(':host is the component itself', () => {
  assert.equal(css(':host(.a) {} :host {}', COMPONENT).includes('[is="components/b/b"]'), true)
})

test("trap 11: a page's rules are kept to it and weigh no more", () => {
  const where = ':where(wx-page[is="pages/a/a"])'
  assert.equal(css('.a, .b {}', PAGE), `${where} .a,${where} .b {}`)
  assert.equal(css('page {}', PAGE), 'wx-page[is="pages/a/a"] {}')
})

test('keyframes are left alone', () => {
  const keyframes = '@keyframes k { from { top: 0 } to { top: 1px } }'
  assert.equal(css(keyframes, PAGE), keyframes)
})

test('imports are taken in once, however they are written', () => {
  const more = { 'one.wxss': '@import "/two.wxss"; .one {}', 'two.wxss': '@import "./one.wxss"; .two {}' }
  assert.equal(css("@import url('./one.wxss'); .it {}", COMPONENT, more), '.s1--two {} .s1--one {} .s1--it {}')
})

test('a syntax error names the file', () => {
  assert.throws(() => css('.a { color: red', PAGE), /it\.wxss/)
})
