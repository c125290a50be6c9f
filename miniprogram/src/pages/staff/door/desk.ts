/** The door of one session on this phone: with the server while it answers, by the list when it does not. */

import { asApiError, type ApiError } from '../../../api/errors'
import type { ExpectedOut, RosterOut } from '../../../api/types'
import { newKey } from '../../../utils/keys'
import * as door from './api'
import { withKey } from './devices'
import { dropOldRosters, keepRoster, rosterOf } from './keeping'
import { isReachable, reached } from './link'
import { admitted, admittedHere, type Outcome, outsideWindow, PHONE_FULL, refused, repeatedHere, turnedAway, unsureHere } from './outcomes'
import { queue } from './queue'
import { type Recognised, recognise, type Roster, takeRoster } from './roster'
import { syncQueue } from './sync'

/** One person at the door. The ref stays the same however often and whichever way it is tried. */
export interface Ticket {
  ref: string
  code: string
  signupId: string
  name: string
  /** How many come along; null: as many as signed up. */
  party: number | null
  reason: string
}

export const newTicket = (over: Partial<Ticket>): Ticket =>
  ({ ref: newKey(), code: '', signupId: '', name: '', party: null, reason: '', ...over })

export class Desk {
  roster: Roster | null
  /** Why there is no fresh list, when it is not the network. */
  trouble = ''
  isFull = false

  constructor(readonly sessionId: string, readonly spaceId: string, readonly activity: string) {
    this.roster = rosterOf(sessionId)
  }

  /** Take the list along, fresh; the one at hand stays when that fails. */
  async refresh(): Promise<void> {
    try {
      const snapshot = await withKey(this.spaceId, (key) => door.roster(this.sessionId, key))
      reached(true)
      this.take(snapshot)
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.isOffline) reached(false)
      else this.trouble = error.detail
    }
  }

  /** Whom a code belongs to, as far as the list tells. */
  recognise(code: string): Recognised {
    return recognise(code, this.sessionId, this.roster, Date.now())
  }

  /** Let somebody in, or say why not. */
  async admit(ticket: Ticket): Promise<Outcome> {
    if (isReachable()) {
      try {
        const answer = await door.checkIn({
          session_id: this.sessionId,
          ...(ticket.signupId ? { signup_id: ticket.signupId } : { code: ticket.code }),
          party_present: ticket.party,
          late_reason: ticket.reason,
          client_ref: ticket.ref,
        })
        return admitted(answer, Date.now())
      } catch (thrown) {
        const error = asApiError(thrown)
        if (!shouldGoOn(error)) return refused(error, Date.now())
        reached(false)
      }
    }
    const outcome = this.admitHere(ticket)
    // The next try of the server is also how its return is noticed.
    void syncQueue()
    return outcome
  }

  /** Sign somebody up on the spot; that takes the server, which alone knows what is left. */
  async walkIn(ticket: Ticket, said: { userId?: string, along: number, reason: string }): Promise<Outcome> {
    try {
      const answer = await door.walkIn({
        session_id: this.sessionId,
        ...(said.userId ? { user_id: said.userId } : { code: ticket.code }),
        party_present: said.along,
        reason: said.reason,
        client_ref: ticket.ref,
      })
      return admitted(answer, Date.now())
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.isOffline) throw error
      return refused(error, Date.now())
    }
  }

  /** The query of a page for the same door. */
  query(): string {
    return `session=${this.sessionId}&space=${this.spaceId}&title=${encodeURIComponent(this.activity)}`
  }

  /** Let somebody in by the list alone. What was let in is on the phone, or it is said that it is not. */
  admitHere(ticket: Ticket): Outcome {
    const closed = this.outsideWindow()
    if (closed) return closed
    const found = this.find(ticket)
    if (!isAdmissible(found)) return turnedAway(found.kind, nameOf(found))
    const before = found.person && this.standing(found.person)
    if (before) return before
    if (!this.write(ticket, found)) return PHONE_FULL
    if (found.kind === 'unsure') return unsureHere(nameOf(found))
    return admittedHere(found.person.name, ticket.party ?? found.person.party_size - 1)
  }

  /** Whether somebody on the list is here already, as far as this phone knows. */
  isHere(person: ExpectedOut): boolean {
    return this.standing(person) !== null
  }

  private standing(person: ExpectedOut): Outcome | null {
    const queued = queue.find(this.sessionId, person.signup_id)
    const at = queued?.at ?? person.checked_in_at
    return at ? repeatedHere(person.name, at) : null
  }

  private outsideWindow(): Outcome | null {
    if (!this.roster) return null
    const { snapshot, aheadMs } = this.roster
    return outsideWindow(snapshot.checkin_opens_at, snapshot.checkin_closes_at, Date.now() + aheadMs)
  }

  private find(ticket: Ticket): Recognised {
    if (!ticket.signupId) return this.recognise(ticket.code)
    const person = this.roster?.snapshot.items.find((each) => each.signup_id === ticket.signupId)
    return person ? { kind: 'listed', person } : { kind: 'unsure', person: null }
  }

  private write(ticket: Ticket, found: Admissible): boolean {
    return queue.add({
      ref: ticket.ref,
      spaceId: this.spaceId,
      sessionId: this.sessionId,
      activity: this.activity,
      name: found.person?.name ?? ticket.name,
      code: ticket.signupId ? '' : ticket.code,
      // Whose it is, also when a code was scanned: so that a second scan finds the first.
      signupId: found.person?.signup_id ?? ticket.signupId,
      party: ticket.party,
      at: Date.now(),
    })
  }

  private take(snapshot: RosterOut): void {
    const now = Date.now()
    this.trouble = ''
    this.roster = takeRoster(snapshot, now)
    dropOldRosters(now)
    this.isFull = !keepRoster(this.sessionId, this.roster, now)
  }
}

/** Whether the phone may decide by itself: the server did not answer, or answered that it cannot. */
const shouldGoOn = (error: ApiError): boolean => error.isOffline || error.status >= 500

type Admissible = Extract<Recognised, { kind: 'listed' | 'unsure' }>

const isAdmissible = (found: Recognised): found is Admissible => found.kind === 'listed' || found.kind === 'unsure'

const nameOf = (found: Recognised): string => ('person' in found ? found.person?.name ?? '' : '')
