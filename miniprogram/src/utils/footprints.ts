/** What a person did here and the marks against them, as they read it. */

import type { AppealState, FootprintOut, NoShowOut, SeriesCountOut } from '../api/types'
import { shades } from './colors'
import { stampLabel, wall } from './time'

export interface CollectedView {
  id: string
  name: string
  icon: string
  color: string
  times: number
}

export interface FootprintView {
  attendances: number
  hours: string
  needs: number
  companions: number
  collected: CollectedView[]
  toCome: CollectedView[]
  sentence: string
  /** How long they volunteered; empty for who did not yet. */
  volunteered: string
}

export function footprintView(footprint: FootprintOut): FootprintView {
  const { attendances, minutes, needs_raised: needs, series, to_come: toCome } = footprint
  const since = wall(footprint.first_seen_at)
  return {
    attendances,
    hours: hoursLabel(minutes),
    needs,
    companions: footprint.person_times - attendances,
    collected: series.map(collected),
    toCome: toCome.map(collected),
    volunteered: footprint.volunteer_minutes ? `志愿服务 ${hoursLabel(footprint.volunteer_minutes)} 小时` : '',
    sentence: !series.length ? '还没有来过，从一场感兴趣的活动开始吧。' : toCome.length ? `${since.year}年${since.month}月来到心驿，来过 ${series.length} 个系列，还有 ${toCome.length} 个等您。` : `${since.year}年${since.month}月来到心驿，每个系列都来过了。`,
  }
}

/** Whole hours, halves below ten: nobody counts the minutes of a year. */
export function hoursLabel(minutes: number): string {
  const hours = minutes / 60
  return String(hours < 10 ? Math.round(hours * 2) / 2 : Math.round(hours))
}

const collected = ({ id, name, icon, color, times }: SeriesCountOut): CollectedView => ({ id, name, icon, times, color: shades(color).base })

const APPEALS: Record<AppealState, string> = {
  none: '', open: '申诉已提交，等待处理', granted: '申诉通过，记录已撤销', refused: '申诉未通过',
}

export interface MarkView {
  id: string
  activity: string
  when: string
  until: string
  counts: boolean
  appeal: string
  appealText: string
  reason: string
  canAppeal: boolean
}

export function markView(mark: NoShowOut, now: number): MarkView {
  return {
    id: mark.id,
    activity: mark.activity.title,
    when: stampLabel(mark.session.starts_at, now),
    until: mark.counts ? `${stampLabel(mark.expires_at, now).replace(/ .*/, '')} 失效` : '已失效',
    counts: mark.counts,
    appeal: APPEALS[mark.appeal_state],
    appealText: mark.appeal_text,
    reason: mark.decision_reason,
    canAppeal: mark.can_appeal,
  }
}
