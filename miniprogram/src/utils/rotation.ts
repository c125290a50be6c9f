/** Codes that change by the minute, fetched ahead so that a short outage leaves something to show. */

/** A code and when it is to be shown, by the server's clock. */
export interface Timed {
  valid_from: string
  valid_to: string
}

export class Rotation<C extends Timed> {
  private codes: C[] = []
  private aheadMs = 0

  /** Take the next codes; the server's clock counts, the phone's may be wrong. */
  take(codes: C[], serverTime: string, now: number): void {
    this.codes = codes
    this.aheadMs = Date.parse(serverTime) - now
  }

  /** Nothing fetched so far is worth showing any more. */
  drop(): void {
    this.codes = []
  }

  /** The code of this moment, null when those fetched are used up. */
  at(now: number): C | null {
    const moment = now + this.aheadMs
    return this.codes.find((each) => Date.parse(each.valid_from) <= moment && moment < Date.parse(each.valid_to)) ?? null
  }

  /** Whole seconds until the code of this moment gives way. */
  secondsLeft(now: number): number {
    const code = this.at(now)
    return code ? Math.ceil((Date.parse(code.valid_to) - now - this.aheadMs) / 1000) : 0
  }

  /** Whole seconds those fetched will last without a network. */
  secondsKept(now: number): number {
    const end = Math.max(0, ...this.codes.map((each) => Date.parse(each.valid_to)))
    return Math.max(0, Math.floor((end - now - this.aheadMs) / 1000))
  }
}
