/** A lottery as its people read it, and the same draw worked out once more on the phone. */

import type { DrawOut } from '../api/types'
import { momentLabel, stampLabel } from './time'

/** The hash of lines, as 64 letters: how it is made is the caller's business. */
export type Hash = (text: string) => string

export const VERSION = 'xinyi-lottery/1'
const NO_GROUP = '-'

export interface DrawView {
  isDrawn: boolean
  closes: string
  draws: string
  drawn: string
  places: string
  entered: number
  cap: string
  commitment: string
  secret: string
  seed: string
  mine: { rank: number, won: boolean, tickets: number } | null
  lines: { code: string, short: string, rank: number, party: number, tickets: number, won: boolean, isMine: boolean }[]
}

export function drawView(draw: DrawOut, code: string, now: number): DrawView {
  const entries = new Map(draw.entries.map((each) => [each.code, each]))
  const mine = draw.result.find((each) => each.code === code)
  return {
    isDrawn: draw.drawn_at !== null,
    closes: momentLabel(draw.closes_at, now),
    draws: momentLabel(draw.draws_at, now),
    drawn: draw.drawn_at ? stampLabel(draw.drawn_at, now) : '',
    places: draw.places === null ? '' : `${draw.places} 个名额`,
    entered: draw.entered,
    cap: draw.cap === null ? '' : `同一家企业最多 ${draw.cap} 人`,
    commitment: draw.commitment,
    secret: draw.secret ?? '',
    seed: draw.seed ?? '',
    mine: mine ? { rank: mine.rank, won: mine.won, tickets: entries.get(code)?.tickets ?? 1 } : null,
    lines: draw.result.map((each) => ({
      code: each.code, short: each.code.slice(0, 8), rank: each.rank, won: each.won, isMine: each.code === code,
      party: entries.get(each.code)?.party ?? 1, tickets: entries.get(each.code)?.tickets ?? 1,
    })),
  }
}

/** Whether everything published fits together: the promise kept, the seed, the order, the winners. */
export function isTrue(draw: DrawOut, hash: Hash): boolean {
  if (draw.secret === null || draw.seed === null || draw.places === null || draw.version !== VERSION) return false
  const of = (...lines: string[]): string => hash(lines.join('\n'))
  const entries = [...draw.entries].sort((a, b) => compare(a.code, b.code))
  if (of(VERSION, draw.session_id, draw.secret) !== draw.commitment) return false
  if (of(draw.secret, ...entries.map((each) => `${each.code} ${each.party} ${each.tickets} ${each.group}`)) !== draw.seed) return false
  const again = drawnAgain(draw, draw.seed, of)
  return again.length === draw.result.length && again.every(({ code, won }, at) => draw.result[at]?.code === code && draw.result[at]?.won === won)
}

function drawnAgain(draw: DrawOut, seed: string, of: (...lines: string[]) => string): { code: string, won: boolean }[] {
  const luck = (code: string, tickets: number): string =>
    Array.from({ length: tickets }, (_, at) => of(seed, code, String(at + 1))).sort(compare)[0] ?? ''
  const lined = draw.entries.map((each) => ({ ...each, luck: luck(each.code, each.tickets) })).sort((a, b) => compare(a.luck, b.luck) || compare(a.code, b.code))
  const taken = new Map<string, number>()
  let left = draw.places ?? 0
  return lined.map(({ code, party, group }) => {
    const used = taken.get(group) ?? 0
    const won = party <= left && (draw.cap === null || group === NO_GROUP || used + party <= draw.cap)
    if (won) {
      left -= party
      taken.set(group, used + party)
    }
    return { code, won }
  })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
