// The door without a server: whose code it is, what is kept, what is said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../src/api/errors'
import type { ExpectedOut, RosterOut } from '../src/api/types'
import { refused } from '../src/pages/staff/door/outcomes'
import { ageOf, isSignedBy, readPass } from '../src/pages/staff/door/passes'
import { type Entry, Queue, type Verdict } from '../src/pages/staff/door/queue'
import { freshLabel, recognise, searchRoster, takeRoster } from '../src/pages/staff/door/roster'
import { Rotation } from '../src/utils/rotation'

// Made by the server: session 7341234567890123456, person 9000000000000000123, slot 59000000; and
// person 42 without a session, one slot later; both with this key.
const KEY = '0f'.repeat(32)
const CODE = 'XYPAFS6CTPRU7ULVQD44ZWFBYUEAB5QHBCEYDNUZIO2G36TEE2RKKJETTBSRPDGG7RA'
const ANYWHERE = 'XYPAEAAAAAAAAAAAAAAAAAAAAAAAAVAHBCEYFE3YIWILUKFRA2ZPTEHF5VG4M4R2B7Y'
const SESSION = '7341234567890123456'
const NOW = 59_000_000 * 30_000 + 5000

const person = (over: Partial<ExpectedOut> = {}): ExpectedOut => ({
  signup_id: '1', user_id: '9000000000000000123', name: '王小明', enterprise: '一号软件', party_size: 1,
  state: 'confirmed', checked_in_at: null, pass_key: KEY, ...over,
})

function rosterOf(...items: ExpectedOut[]) {
  const moment = new Date(NOW).toISOString()
  const snapshot = { taken_at: moment, server_time: moment, slot_seconds: 30, items } as unknown as RosterOut
  return takeRoster(snapshot, NOW)
}

test('a code of the server is read to the last digit and verified', () => {
  const pass = readPass(` ${CODE.toLowerCase()}\n`)!
  assert.deepEqual([pass.sessionId, pass.userId, pass.slot], [SESSION, '9000000000000000123', 59_000_000])
  assert.ok(isSignedBy(pass, KEY))
  assert.ok(!isSignedBy(pass, 'f0'.repeat(32)))
  assert.deepEqual([readPass(ANYWHERE)!.sessionId, readPass(ANYWHERE)!.userId], ['', '42'])
  assert.equal(ageOf(pass, NOW, 30), 0)
  for (const text of ['', 'XYP', CODE.slice(1), `${CODE}A`, CODE.replace('XYP', 'XYQ'), `XYP${'1'.repeat(64)}`]) {
    assert.equal(readPass(text), null)
  }
})

test('every letter of a code counts', () => {
  for (let at = 3; at < CODE.length; at++) {
    const changed = CODE.slice(0, at) + (CODE[at] === 'A' ? 'B' : 'A') + CODE.slice(at + 1)
    const pass = readPass(changed)
    assert.ok(!pass || !isSignedBy(pass, KEY), `letter ${at}`)
  }
})

test('the list tells whose code it is, and what is wrong with it', () => {
  const roster = rosterOf(person(), person({ user_id: '42', name: '别人' }))
  const kind = (code: string, now = NOW, session = SESSION, list: typeof roster | null = roster) => recognise(code, session, list, now).kind
  assert.equal(kind(CODE), 'listed')
  assert.equal(kind(CODE, NOW + 30_000), 'listed')
  assert.equal(kind(CODE, NOW + 60_000), 'expired')
  assert.equal(kind(CODE, NOW - 60_000), 'forged')
  assert.equal(kind(CODE, NOW, '1'), 'wrong_session')
  assert.equal(kind(`${CODE.slice(0, -1)}B`), 'forged')
  assert.equal(kind(CODE, NOW, SESSION, rosterOf()), 'unsure')
  assert.equal(kind(CODE, NOW, SESSION, null), 'unsure')
  assert.equal(kind(CODE, NOW, SESSION, rosterOf(person({ state: 'waitlisted' }))), 'no_place')
  assert.deepEqual(recognise(ANYWHERE, SESSION, roster, NOW), { kind: 'unsure', person: roster.snapshot.items[1] })
  assert.equal(kind('https://xinyi.example.org/c/abc'), 'session_code')
  assert.equal(kind('hello'), 'not_a_pass')
})

test('a phone whose clock is an hour off verifies all the same', () => {
  const { snapshot } = rosterOf(person())
  const late = takeRoster(snapshot, NOW - 3_600_000)
  assert.equal(recognise(CODE, SESSION, late, NOW - 3_600_000).kind, 'listed')
  assert.equal(freshLabel(late, NOW - 3_600_000 + 120_000), '名单 2 分钟前更新')
})

test('searching the list takes two characters', () => {
  const roster = rosterOf(person())
  assert.deepEqual(searchRoster(roster, '王'), [])
  assert.equal(searchRoster(roster, '小明').length, 1)
  assert.equal(searchRoster(roster, '一号').length, 1)
  assert.equal(searchRoster(roster, '二号').length, 0)
})

/** A storage that holds so many letters. */
function boxed(room = Infinity) {
  let text = '[]'
  return {
    read: () => JSON.parse(text) as Entry[],
    write(entries: Entry[]) {
      const next = JSON.stringify(entries)
      if (next.length > room) return false
      text = next
      return true
    },
  }
}

const entry = (ref: string, over: Partial<Entry> = {}): Omit<Entry, 'verdict'> => ({
  ref, spaceId: 'a', sessionId: 's', activity: '讲座', name: '', code: CODE, signupId: '', party: null, at: NOW, ...over,
})
const inside: Verdict = { kind: 'checked_in', detail: '', name: '王小明' }

test('nothing leaves the queue without a verdict', async () => {
  const queue = new Queue(boxed())
  for (const ref of ['1', '2', '3']) assert.ok(queue.add(entry(ref)))
  const settled = await queue.sync(async (_, entries) => new Map(entries.slice(0, 2).map((each) => [each.ref, inside])))
  assert.equal(settled, 2)
  assert.deepEqual(queue.waiting().map((each) => each.ref), ['3'])
  queue.clear()
  assert.deepEqual(queue.all().map((each) => each.ref), ['3'])
  await assert.rejects(queue.sync(async () => { throw new ApiError('offline', '', 0) }))
  assert.equal(queue.waiting().length, 1)
  await queue.sync(async () => new Map([['another', inside]]))
  assert.equal(queue.waiting().length, 1)
})

test('each Space gets its own, in batches, and what came in meanwhile is not lost', async () => {
  const queue = new Queue(boxed())
  for (let each = 0; each < 120; each++) queue.add(entry(`a${each}`))
  queue.add(entry('b', { spaceId: 'b' }))
  const sent: [string, number][] = []
  await queue.sync(async (space, entries) => {
    if (!sent.length) queue.add(entry('late'))
    sent.push([space, entries.length])
    return new Map(entries.map((each) => [each.ref, inside]))
  })
  assert.deepEqual(sent, [['a', 50], ['a', 50], ['a', 20], ['b', 1]])
  assert.deepEqual(queue.waiting().map((each) => each.ref), ['late'])
})

test('one full phone says so and keeps what it had', () => {
  const queue = new Queue(boxed(400))
  assert.ok(queue.add(entry('1')))
  assert.ok(!queue.add(entry('2')))
  assert.deepEqual(queue.all().map((each) => each.ref), ['1'])
})

test('a second scan finds the first; somebody refused may be scanned again', () => {
  const queue = new Queue(boxed())
  queue.add(entry('1', { signupId: '7' }))
  assert.equal(queue.find('s', '7')?.ref, '1')
  assert.equal(queue.find('other', '7'), undefined)
  assert.equal(queue.find('s', ''), undefined)
  queue.settle(new Map([['1', { kind: 'refused', detail: '已取消', name: '' }]]))
  assert.equal(queue.find('s', '7'), undefined)
})

test('a verdict is given once', () => {
  const queue = new Queue(boxed())
  queue.add(entry('1'))
  assert.equal(queue.settle(new Map([['1', inside]])), 1)
  assert.equal(queue.settle(new Map([['1', { ...inside, kind: 'refused' }]])), 0)
  assert.equal(queue.all()[0]?.verdict?.kind, 'checked_in')
})

test('a refusal says what can be done, as far as this person may', () => {
  const remedy = (code: string, facts: Record<string, unknown> = {}) => refused(new ApiError(code, '', 409, facts), NOW).remedy
  assert.equal(remedy('not_signed_up', { can_walk_in: true }), 'walk_in')
  assert.equal(remedy('not_signed_up', { can_walk_in: false, can_override: true, is_full: true }), 'over_capacity')
  assert.equal(remedy('not_signed_up', { can_walk_in: false }), '')
  assert.equal(remedy('full', { can_override: false }), '')
  assert.equal(remedy('closed', { can_enter_late: true }), 'late')
  assert.equal(remedy('closed'), '')
  assert.equal(remedy('rate_limited'), 'retry')
  const known = refused(new ApiError('not_signed_up', '', 409, { person: { name: '陈', user_id: '5' } }), NOW)
  assert.deepEqual([known.name, known.userId], ['陈', '5'])
})

test('codes fetched ahead outlive an outage by the clock of the server', () => {
  const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString()
  const codes = [0, 20, 40].map((from) => ({ valid_from: at(from), valid_to: at(from + 20), url: `u${from}` }))
  const rotation = new Rotation<(typeof codes)[number]>()
  assert.equal(rotation.at(NOW), null)
  const wrong = NOW + 7_200_000 // the phone is two hours ahead
  rotation.take(codes, at(5), wrong)
  assert.equal(rotation.at(wrong)?.url, 'u0')
  assert.equal(rotation.secondsLeft(wrong), 15)
  assert.equal(rotation.secondsKept(wrong), 55)
  assert.equal(rotation.at(wrong + 54_000)?.url, 'u40')
  assert.equal(rotation.at(wrong + 55_000), null)
  assert.equal(rotation.secondsKept(wrong + 60_000), 0)
})
