/** The sessions of a day as staff at the door read them. */

import type { StaffSessionOut } from '../../../api/types'
import type { Tone } from '../../../utils/buttons'
import { type Shades, shades } from '../../../utils/colors'
import { spanLabel, wall } from '../../../utils/time'

export interface SessionLine {
  id: string
  spaceId: string
  title: string
  time: string
  about: string
  shades: Shades
  phase: string
  tone: Tone
  isOver: boolean
  isOff: boolean
  people: number
  expected: number
  /** How full, in percent of those expected. */
  share: number
  canScan: boolean
  canAdmit: boolean
  /** People without an account, counted by hand. */
  guests: number
  isTimed: boolean
}

interface View {
  now: number
  canScan: boolean
  canAdmit: boolean
  withSpace: boolean
}

const PHASES: Record<StaffSessionOut['phase'], { name: string, tone: Tone }> = {
  before: { name: '未开始签到', tone: 'wait' },
  open: { name: '签到中', tone: 'go' },
  over: { name: '签到已结束', tone: 'quiet' },
  cancelled: { name: '已取消', tone: 'bad' },
}

export function sessionLine(session: StaffSessionOut, view: View): SessionLine {
  const { present, phase } = session
  const { name, tone } = PHASES[phase]
  const about = [view.withSpace ? session.space.name : '', session.place, hintOf(session)].filter(Boolean).join(' · ')
  return {
    id: session.id,
    spaceId: session.space.id,
    title: `${session.is_rehearsal ? '【演练】' : ''}${session.activity.title}`,
    time: spanLabel(session.starts_at, session.ends_at),
    about,
    shades: shades(session.color),
    phase: name,
    tone,
    isOver: phase === 'over',
    isOff: phase === 'cancelled',
    // With those they brought along: what the room holds, as the places count.
    people: present.persons,
    expected: present.signed_up,
    share: present.signed_up ? Math.min(100, Math.round((present.persons / present.signed_up) * 100)) : 0,
    canScan: view.canScan && phase !== 'cancelled',
    canAdmit: view.canAdmit && phase !== 'cancelled',
    guests: session.guests,
    isTimed: session.counts_time,
  }
}

function hintOf(session: StaffSessionOut): string {
  if (session.phase === 'before') return `${wall(session.checkin_opens_at).clock} 起可以签到`
  if (session.phase === 'open') return `${wall(session.checkin_closes_at).clock} 止`
  return ''
}
