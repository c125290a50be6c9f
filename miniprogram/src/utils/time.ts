/** Moments as people here read them: always Shanghai's wall clock, wherever the phone thinks it is. */

const SHANGHAI_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const MONTHS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二']

export interface Wall {
  year: number
  month: number
  day: number
  weekday: string
  clock: string
}

/** The wall clock of a moment (ISO 8601, or milliseconds). */
export function wall(moment: string | number): Wall {
  const shifted = new Date(toMs(moment) + SHANGHAI_MS)
  const pad = (n: number): string => String(n).padStart(2, '0')
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    weekday: `周${'日一二三四五六'.charAt(shifted.getUTCDay())}`,
    clock: `${pad(shifted.getUTCHours())}:${pad(shifted.getUTCMinutes())}`,
  }
}

/** `2026-11-23`: which day a moment belongs to. */
export function dayKey(moment: string | number): string {
  return new Date(toMs(moment) + SHANGHAI_MS).toISOString().slice(0, 10)
}

/** `2026-11`: which month a moment belongs to. */
export function monthKey(moment: string | number): string {
  return dayKey(moment).slice(0, 7)
}

/** 今天, 明天, 后天, 昨天, else the date; the year only when it is another. */
export function dayLabel(moment: string | number, now: number): string {
  const away = daysBetween(dayKey(now), dayKey(moment))
  const near = new Map([[-1, '昨天'], [0, '今天'], [1, '明天'], [2, '后天']]).get(away)
  if (near) return near
  const { year, month, day } = wall(moment)
  return `${year === wall(now).year ? '' : `${year}年`}${month}月${day}日`
}

/** `明天 周二 14:00`. */
export function momentLabel(moment: string | number, now: number): string {
  const { weekday, clock } = wall(moment)
  return `${dayLabel(moment, now)} ${weekday} ${clock}`
}

/** `14:00–15:30`, or with the last day when it is another one. */
export function spanLabel(start: string, end: string): string {
  const from = wall(start), to = wall(end)
  if (dayKey(start) === dayKey(end)) return `${from.clock}–${to.clock}`
  return `${from.clock} 至 ${to.month}月${to.day}日 ${to.clock}`
}

/** `11月23日 09:05`, for records: exact, never 今天. */
export function stampLabel(moment: string, now: number): string {
  const { year, month, day, clock } = wall(moment)
  return `${year === wall(now).year ? '' : `${year}年`}${month}月${day}日 ${clock}`
}

/** `2016年5月18日` for a plain day like `2016-05-18`. */
export function dateLabel(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}

/** How long until a moment: `还有 1 小时 20 分`; empty once it has passed. */
export function untilLabel(moment: string, now: number): string {
  const minutes = Math.ceil((toMs(moment) - now) / 60_000)
  if (minutes <= 0) return ''
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60
  if (days) return `还有 ${days} 天${hours ? ` ${hours} 小时` : ''}`
  return `还有 ${hours ? `${hours} 小时 ` : ''}${rest} 分`
}

/** The month `by` months later: shiftMonth('2026-12', 1) is '2027-01'. */
export function shiftMonth(month: string, by: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** `十一月`. */
export function monthName(month: string): string {
  return `${MONTHS[Number(month.slice(5)) - 1]}月`
}

export interface CalendarDay {
  key: string
  day: number
  inMonth: boolean
}

/** The weeks of a month, Monday first, filled up with the days around it. */
export function monthWeeks(month: string): CalendarDay[][] {
  const first = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1, 1)
  const before = (new Date(first).getUTCDay() + 6) % 7
  const weeks: CalendarDay[][] = []
  for (let at = first - before * DAY_MS; weeks.length === 0 || key(at).startsWith(month); ) {
    const week: CalendarDay[] = []
    for (let i = 0; i < 7; i++, at += DAY_MS) {
      week.push({ key: key(at), day: new Date(at).getUTCDate(), inMonth: key(at).startsWith(month) })
    }
    weeks.push(week)
  }
  return weeks
}

const key = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const toMs = (moment: string | number): number => (typeof moment === 'number' ? moment : Date.parse(moment))
const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
