// Visits without a server: what is kept, what is handed in, what is asked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VisitQuestionOut } from '../src/api/types'
import { askedView, pickOption, wrongAnswers } from '../src/utils/asked'
import { type VisitEntry, VisitQueue, type VisitVerdict, type Written } from '../src/pages/staff/door/visits'

const WRITTEN: Written = {
  at: 0, daysAgo: 0, state: 'done', reason: '', met: '', visitors: '', summary: '', answers: {}, needs: [], photos: [],
}
const entry = (ref: string) => ({ ref, targetId: `t-${ref}`, name: ref, written: WRITTEN })

function queueOf(room = 99) {
  let entries: VisitEntry[] = []
  const write = (more: VisitEntry[]): boolean => {
    if (more.length > room) return false
    entries = more
    return true
  }
  return new VisitQueue({ read: () => entries, write })
}

const verdicts = (...pairs: [string, VisitVerdict['kind']][]) =>
  new Map(pairs.map(([ref, kind]) => [ref, { kind, detail: '' }]))

test('a record leaves the phone only with a verdict that took it', async () => {
  const queue = queueOf()
  for (const ref of ['a', 'b', 'c']) assert.ok(queue.add(entry(ref)))
  assert.equal(await queue.sync(async () => verdicts(['a', 'recorded'], ['b', 'refused'])), 2)
  queue.clear()
  assert.deepEqual(queue.all().map((each) => each.ref), ['c', 'b'])
  queue.drop('c')
  assert.deepEqual(queue.waiting().map((each) => each.ref), ['c'])
  assert.ok(queue.add(entry('d'), 'b'), 'the mended one takes the place of the refused one')
  assert.deepEqual(queue.all().map((each) => each.ref), ['d', 'c'])
  assert.ok(queue.add(entry('e'), 'c'), 'one that waits is not replaced')
  assert.equal(queue.waiting().length, 3)
  await assert.rejects(queue.sync(async () => { throw new Error('no signal') }))
  assert.equal(queue.waiting().length, 3)
})

test('a full phone keeps nothing and says so', () => {
  const queue = queueOf(1)
  assert.ok(queue.add(entry('a')))
  assert.equal(queue.add(entry('b')), false)
  assert.equal(queue.of('t-b'), undefined)
})

const question = (over: Partial<VisitQuestionOut>): VisitQuestionOut =>
  ({ key: 'q1', label: '困难', kind: 'choice', options: ['用工', '资金', '场地'], required: false, ...over })

test('one of a choice, several of a multi, in the order of the options', () => {
  let one = askedView(question({}))
  one = pickOption(pickOption(one, '资金'), '用工')
  assert.equal(one.answer, '用工')
  assert.equal(pickOption(one, '用工').answer, '')
  let more = askedView(question({ kind: 'multi' }), '场地')
  more = pickOption(more, '用工')
  assert.equal(more.answer, '用工\n场地')
  assert.deepEqual(more.options.map((each) => each.isOn), [true, false, true])
  const scale = askedView(question({ kind: 'scale', options: ['差', '好'] }))
  assert.deepEqual([scale.options.length, scale.ends], [5, '1 = 差，5 = 好'])
})

test('who answers nothing was not asked', () => {
  const must = askedView(question({ required: true }))
  const other = askedView(question({ key: 'q2' }))
  assert.deepEqual(wrongAnswers([must, other]).map((each) => each.error), ['', ''])
  assert.deepEqual(wrongAnswers([must, pickOption(other, '资金')]).map((each) => each.error), ['请回答这一题', ''])
})
