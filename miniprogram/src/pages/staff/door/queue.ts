/** The check-ins taken without a network: on this phone until the server has said its word to each. */

import { QUEUE_KEY } from '../../../utils/staff'
import { keep, kept } from '../../../utils/storage'

export interface Verdict {
  kind: 'checked_in' | 'already_checked_in' | 'refused'
  /** Why not, in the server's words; often empty when the person is in. */
  detail: string
  /** Who it turned out to be, empty when nobody came in. */
  name: string
}

export interface Entry {
  /** The phone's own name for this check-in: sent again it is the same one, and no other is. */
  ref: string
  spaceId: string
  sessionId: string
  activity: string
  /** Who it is, as the list on the phone says; empty for somebody it does not know. */
  name: string
  code: string
  signupId: string
  party: number | null
  /** The phone's clock; the server corrects it. */
  at: number
  verdict: Verdict | null
}

/** Where the entries are kept. `write` returns false when they could not be. */
export interface Box {
  read(): Entry[]
  write(entries: Entry[]): boolean
}

/** Hands waiting check-ins of one Space over and returns the verdicts by their refs. */
export type Send = (spaceId: string, entries: Entry[]) => Promise<Map<string, Verdict>>

const BATCH = 50

export class Queue {
  constructor(private readonly box: Box) {}

  /** Everything on the phone, the newest first. */
  all(): Entry[] {
    return this.box.read().reverse()
  }

  waiting(): Entry[] {
    return this.box.read().filter((each) => !each.verdict)
  }

  /** Keep a check-in. False when the phone is full: then nothing was kept, and the person must be told. */
  add(entry: Omit<Entry, 'verdict'>): boolean {
    return this.box.write([...this.box.read(), { ...entry, verdict: null }])
  }

  /** The check-in of this signup that still stands here: waiting, or let in by the server. */
  find(sessionId: string, signupId: string): Entry | undefined {
    return this.box.read().find((each) =>
      each.sessionId === sessionId && signupId !== '' && each.signupId === signupId && each.verdict?.kind !== 'refused')
  }

  /** Put the verdicts to their check-ins; what got none goes on waiting. Returns how many were settled. */
  settle(verdicts: Map<string, Verdict>): number {
    let settled = 0
    const entries = this.box.read().map((each) => {
      const verdict = each.verdict ? undefined : verdicts.get(each.ref)
      if (!verdict) return each
      settled += 1
      return { ...each, verdict }
    })
    return settled && this.box.write(entries) ? settled : 0
  }

  /** Take the ones with a verdict off the phone; those still waiting stay, whatever is asked. */
  clear(before = Infinity): void {
    const entries = this.box.read()
    const rest = entries.filter((each) => !each.verdict || each.at >= before)
    if (rest.length < entries.length) this.box.write(rest)
  }

  /** Send what waits, Space by Space, in batches. Returns how many were settled; raises what `send` raises. */
  async sync(send: Send): Promise<number> {
    let settled = 0
    for (const spaceId of new Set(this.waiting().map((each) => each.spaceId))) {
      const theirs = this.waiting().filter((each) => each.spaceId === spaceId)
      for (let from = 0; from < theirs.length; from += BATCH) {
        settled += this.settle(await send(spaceId, theirs.slice(from, from + BATCH)))
      }
    }
    return settled
  }
}

/** The queue of this phone. */
export const queue = new Queue({
  read: () => kept<Entry[]>(QUEUE_KEY, []),
  write: (entries) => keep(QUEUE_KEY, entries),
})
