/** People who were looked for, as lines on the screen. */

import type { ExpectedOut, FoundOut, SignupState } from '../../../api/types'
import type { Tone } from '../../../utils/buttons'
import { wall } from '../../../utils/time'

export interface PersonLine {
  key: string
  userId: string
  signupId: string
  checkinId: string
  /** When they left, as a clock; empty while they are here. */
  left: string
  name: string
  about: string
  state: string
  tone: Tone
  isHere: boolean
  /** Whether they hold a place and may come in by it. */
  isExpected: boolean
  partySize: number
}

const STATES: Record<SignupState, { name: string, tone: Tone }> = {
  confirmed: { name: '已报名', tone: 'wait' },
  attended: { name: '已签到', tone: 'good' },
  pending: { name: '待审核', tone: 'quiet' },
  waitlisted: { name: '候补', tone: 'quiet' },
  offered: { name: '候补待确认', tone: 'quiet' },
  no_show: { name: '未到', tone: 'quiet' },
  declined: { name: '未通过', tone: 'quiet' },
  cancelled: { name: '已取消', tone: 'quiet' },
  lost: { name: '未中签', tone: 'quiet' },
}
const EXPECTED: SignupState[] = ['confirmed', 'attended', 'no_show']

/** Somebody the server found. */
export function foundLine(found: FoundOut): PersonLine {
  const { checkin, state } = found
  const named = state ? STATES[state] : { name: '没有报名', tone: 'quiet' as Tone }
  return {
    key: found.user_id,
    userId: found.user_id,
    signupId: found.signup_id ?? '',
    checkinId: checkin?.id ?? '',
    left: checkin?.left_at ? wall(checkin.left_at).clock : '',
    name: found.name,
    about: [found.phone_masked, found.enterprise, party(found.party_size)].filter(Boolean).join(' · '),
    state: checkin ? stateOf(checkin) : named.name,
    tone: checkin ? 'good' : named.tone,
    isHere: checkin !== null,
    isExpected: state !== null && EXPECTED.includes(state),
    partySize: found.party_size,
  }
}

/** Somebody on the list of the phone; `queuedAt`: taken down here and not yet handed in. */
export function listedLine(person: ExpectedOut, queuedAt: number | null): PersonLine {
  const at = person.checked_in_at ?? queuedAt
  return {
    key: person.user_id,
    userId: person.user_id,
    signupId: person.signup_id,
    checkinId: '',
    left: '',
    name: person.name,
    about: [person.enterprise, party(person.party_size)].filter(Boolean).join(' · '),
    state: at ? `${wall(at).clock} 已签到` : STATES[person.state].name,
    tone: at ? 'good' : STATES[person.state].tone,
    isHere: at !== null,
    isExpected: EXPECTED.includes(person.state),
    partySize: person.party_size,
  }
}

const stateOf = ({ checked_in_at: came, left_at: left }: NonNullable<FoundOut['checkin']>): string =>
  (left ? `${wall(left).clock} 已签退` : `${wall(came).clock} 已签到`)
const party = (size: number): string => (size > 1 ? `共 ${size} 人` : '')
