// Lotteries, slots, classes and posters: the pure parts.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { DrawOut, SessionVerdictOut } from '../src/api/types'
import { clashesOf, settled } from '../src/utils/clashes'
import { sceneOf } from '../src/utils/codes'
import { drawView, isTrue } from '../src/utils/draws'
import { hoursLabel } from '../src/utils/footprints'
import { outcomesOf } from '../src/utils/plans'
import { wrapped } from '../src/utils/posters'

const NOW = Date.parse('2026-11-23T03:00:00Z')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

// Drawn by the server's own code, so that the phone's is held against it.
const DRAW: DrawOut = {
  session_id: '42',
  version: 'xinyi-lottery/1',
  commitment: 'ea6175cec3ea74a526f58693752e66f496a54e83534bc3fbf13af2f46a5a202d',
  secret: '5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e',
  seed: 'ba9ec904d10197479f53735d0cff2b907f04daea3dda82d623775bd03a4a2e12',
  places: 3,
  cap: 2,
  entered: 4,
  closes_at: '2026-11-20T04:00:00Z',
  draws_at: '2026-11-20T05:00:00Z',
  drawn_at: '2026-11-20T04:30:00Z',
  entries: [
    { code: '0102030405060708', party: 1, tickets: 1, group: '-' },
    { code: '9999888877776666', party: 3, tickets: 1, group: 'g2' },
    { code: 'a1b2c3d4e5f60718', party: 1, tickets: 2, group: 'g1' },
    { code: 'ffeeddccbbaa0011', party: 2, tickets: 1, group: 'g1' }
  ],
  result: [
    { code: 'ffeeddccbbaa0011', rank: 1, won: true },
    { code: 'a1b2c3d4e5f60718', rank: 2, won: false },
    { code: '9999888877776666', rank: 3, won: false },
    { code: '0102030405060708', rank: 4, won: true }
  ]
}

test('a draw can be drawn again from what is published, and no part of it may be another', () => {
  assert.ok(isTrue(DRAW, sha256))
  const [first, ...others] = DRAW.entries
  assert.ok(first)
  const forged: Partial<DrawOut>[] = [
    { secret: '00'.repeat(32) },
    { seed: 'ab'.repeat(32) },
    { places: 1 },
    { cap: null, places: 9 },
    { entries: others },
    { entries: [{ ...first, tickets: 5 }, ...others] },
    { result: DRAW.result.map((each) => ({ ...each, won: !each.won })) },
    { result: DRAW.result.slice(1) },
    { version: 'xinyi-lottery/2' },
    { secret: null },
  ]
  for (const change of forged) assert.equal(isTrue({ ...DRAW, ...change }, sha256), false, JSON.stringify(change).slice(0, 60))
})

test('one finds oneself in a draw by the code, and nobody else', () => {
  const mine = DRAW.result[1]
  assert.ok(mine)
  const view = drawView(DRAW, mine.code, NOW)
  assert.equal(view.mine?.rank, 2)
  assert.deepEqual(view.lines.filter((each) => each.isMine).map((each) => each.rank), [2])
  assert.equal(drawView(DRAW, '', NOW).mine, null)
  assert.equal(drawView({ ...DRAW, drawn_at: null, result: [], entries: [] }, mine.code, NOW).isDrawn, false)
})

test('a class says honestly what came of each date', () => {
  const session = { id: '1', starts_at: '2026-11-24T06:00:00Z', ends_at: '2026-11-24T07:00:00Z', place: '', state: 'scheduled' as const }
  const signup = { state: 'confirmed', position: null } as SessionVerdictOut['signup']
  const { sentence, lines } = outcomesOf({
    signed_up: 2,
    verdicts: [
      { session, signup, code: null, detail: null },
      { session, signup: { ...signup, state: 'waitlisted', position: 3 } as SessionVerdictOut['signup'], code: null, detail: null },
      { session, signup: null, code: 'full', detail: '名额已满' },
    ],
  }, NOW)
  assert.equal(sentence, '已报名 1 场，候补中 1 场，没报上 1 场')
  assert.deepEqual(lines.map((each) => each.text), ['', '第 3 位，有名额会通知您', '名额已满'])
})

test('words on a poster stay in their lines, and no line begins with a full stop', () => {
  const measure = (text: string): number => text.length
  assert.deepEqual(wrapped('一二三四五六', 3, measure, 9), ['一二三', '四五六'])
  assert.deepEqual(wrapped('一二三，四五', 3, measure, 9), ['一二三，', '四五'])
  assert.deepEqual(wrapped('一二三四五六七', 3, measure, 2), ['一二三', '四五…'])
  assert.deepEqual(wrapped('', 3, measure, 2), [])
})

test('where two wrote, both are shown and the choice counts', () => {
  const [clash, ...others] = clashesOf({ a: '甲', b: '乙' }, { a: '我', b: '同' }, { a: '他', b: '同' })
  assert.ok(clash)
  assert.equal(others.length, 0)
  assert.deepEqual(settled({ a: '我', b: '同' }, [clash]), { a: '我', b: '同' })
  assert.deepEqual(settled({ a: '我', b: '同' }, [{ ...clash, take: 'theirs' }]), { a: '他', b: '同' })
})

test('a code says where it leads', () => {
  assert.deepEqual(sceneOf({ scene: 's%3D5%26m%3D202611' }), { s: '5', m: '202611' })
  assert.deepEqual(sceneOf({}), {})
})

test('hours are told as people tell them', () => {
  assert.deepEqual([0, 90, 100, 615].map(hoursLabel), ['0', '1.5', '1.5', '10'])
})
