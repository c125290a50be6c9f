/** What was written down on visits: on this phone until the server has said its word to each. */

import { keep, kept } from '../../../utils/storage'

export interface VisitVerdict {
  kind: 'recorded' | 'marked' | 'refused'
  /** Why not, in the server's words. */
  detail: string
}

/** What the form holds: kept as it is, so that what was refused can be mended and sent again. */
export interface Written {
  /** The phone's clock when the form was opened; `daysAgo` from there is when the visit was. */
  at: number
  daysAgo: number
  state: 'done' | 'refused' | 'unreachable'
  reason: string
  met: string
  visitors: string
  summary: string
  answers: Record<string, string>
  needs: HeardNeed[]
  photos: string[]
}

export interface HeardNeed {
  category: string
  title: string
  body: string
  urgency: 'normal' | 'urgent'
  answers: Record<string, string>
}

export interface VisitEntry {
  /** The phone's own name for this record: sent again it is the same one. */
  ref: string
  targetId: string
  name: string
  written: Written
  verdict: VisitVerdict | null
}

/** Where the entries are kept. `write` returns false when they could not be. */
export interface VisitBox {
  read(): VisitEntry[]
  write(entries: VisitEntry[]): boolean
}

export type Hand = (entries: VisitEntry[]) => Promise<Map<string, VisitVerdict>>

const BATCH = 20
/** Not below `door:`: what was written stays when somebody is staff no longer. */
const KEY = 'visits:queue'

export class VisitQueue {
  constructor(private readonly box: VisitBox) {}

  /** Everything on the phone, the newest first. */
  all(): VisitEntry[] {
    return this.box.read().reverse()
  }

  waiting(): VisitEntry[] {
    return this.box.read().filter((each) => !each.verdict)
  }

  find(ref: string): VisitEntry | undefined {
    return this.box.read().find((each) => each.ref === ref)
  }

  /** What this phone last wrote about a company. */
  of(targetId: string): VisitEntry | undefined {
    return this.all().find((each) => each.targetId === targetId)
  }

  /** Keep a record in place of the refused one it mends. False when the phone is full: nothing changed then. */
  add(entry: Omit<VisitEntry, 'verdict'>, instead = ''): boolean {
    const rest = this.box.read().filter((each) => each.ref !== instead || each.verdict?.kind !== 'refused')
    return this.box.write([...rest, { ...entry, verdict: null }])
  }

  /** Take the ones the server has taken off the phone; what waits or was refused stays, whatever is asked. */
  clear(): void {
    this.box.write(this.box.read().filter((each) => !each.verdict || each.verdict.kind === 'refused'))
  }

  /** Take a refused one off the phone: somebody said it is not needed. */
  drop(ref: string): void {
    this.box.write(this.box.read().filter((each) => each.ref !== ref || each.verdict?.kind !== 'refused'))
  }

  /** Send what waits, in batches. Returns how many were settled; raises what `hand` raises. */
  async sync(hand: Hand): Promise<number> {
    let settled = 0
    const waiting = this.waiting()
    for (let from = 0; from < waiting.length; from += BATCH) {
      settled += this.settle(await hand(waiting.slice(from, from + BATCH)))
    }
    return settled
  }

  private settle(verdicts: Map<string, VisitVerdict>): number {
    let settled = 0
    const entries = this.box.read().map((each) => {
      const verdict = each.verdict ? undefined : verdicts.get(each.ref)
      if (!verdict) return each
      settled += 1
      return { ...each, verdict }
    })
    return settled && this.box.write(entries) ? settled : 0
  }
}

/** The queue of this phone. */
export const visitQueue = new VisitQueue({
  read: () => kept<VisitEntry[]>(KEY, []),
  write: (entries) => keep(KEY, entries),
})
