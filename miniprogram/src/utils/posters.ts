/** Posters as they are painted: a menu for a chat or a notice board, an activity for a colleague. */

import type { CardView } from './activities'

/** What is used of a canvas' 2D context. */
export interface Pen {
  font: string
  fillStyle: string | object
  strokeStyle: string | object
  lineWidth: number
  textAlign: string
  textBaseline: string
  measureText(text: string): { width: number }
  fillText(text: string, x: number, y: number): void
  fillRect(x: number, y: number, width: number, height: number): void
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  stroke(): void
}

export interface PosterLine {
  day: string
  weekday: string
  color: string
  title: string
  facts: string
}

export interface PosterView {
  /** Small, above the headline: whose it is. */
  kicker: string
  headline: string
  /** The headline in letters as large as a month's name. */
  isLarge: boolean
  under: string
  words: string
  color: string
  lines: PosterLine[]
  more: string
  foot: string
}

export const WIDTH = 375
const MARGIN = 24
const SERIF = '"Songti SC","STSong","Noto Serif CJK SC","Source Han Serif SC",serif'
const SANS = '-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'
const PAPER = '#faf7f1', INK = '#2a2620', SOFT = '#5f574b', HUSH = '#736a5b', LINE = '#cfc4b0', CREAM = '#fbf6ea', GOLD = '#f3cf8f'
const AT_MOST = 10
const HEAD_LINES = 3
const CODE = 84
/** These may not begin a line. */
const CLOSING = '，。、；：？！）】》”’…—·'

/** The lines a text takes in a width, the last one cut with … when there are more. */
export function wrapped(text: string, width: number, measure: (text: string) => number, most: number): string[] {
  const lines = ['']
  for (const letter of text.replace(/\s+/g, ' ').trim()) {
    const line = lines[lines.length - 1] ?? ''
    const isFull = line !== '' && measure(line + letter) > width && !CLOSING.includes(letter)
    if (isFull) lines.push(letter.trim())
    else lines[lines.length - 1] = line + letter
  }
  if (lines.length <= most) return lines.filter(Boolean)
  return [...lines.slice(0, most - 1), cut(lines[most - 1] ?? '', width, measure)]
}

function cut(line: string, width: number, measure: (text: string) => number): string {
  let kept = line
  while (kept && measure(`${kept}…`) > width) kept = kept.slice(0, -1)
  return `${kept}…`
}

/** The poster of a month: what is still to come first, the rest behind the code. */
export function menuPoster(space: string, monthLabel: string, year: string, menu: { title: string, foreword: string }, cards: CardView[]): PosterView {
  const coming = cards.filter((card) => !card.next.isOver)
  const all = coming.length ? coming : cards
  const shown = all.slice(0, AT_MOST)
  const left = all.length - shown.length
  return {
    kicker: space, headline: monthLabel, isLarge: true, under: `${year} · 菜单`, words: menu.title,
    color: '#1f5a52',
    lines: shown.map((card) => ({
      day: card.next.day, weekday: card.next.weekday, color: card.series.shades.base, title: card.title,
      facts: [card.next.time, card.next.place].filter(Boolean).join(' · '),
    })),
    more: left > 0 ? `还有 ${left} 个活动，扫码看` : '',
    foot: '看菜单、报名、提诉求',
  }
}

/** The poster of one activity: its days, where, and for whom. */
export function activityPoster(card: CardView, sessions: CardView['next'][], hosts: string): PosterView {
  const coming = sessions.filter((session) => !session.isOver)
  const shown = (coming.length ? coming : sessions).slice(0, AT_MOST)
  return {
    kicker: `${card.series.name} · ${card.kind}`, headline: card.title, isLarge: false, under: card.theme, words: '',
    color: card.series.shades.ink,
    lines: shown.map((session) => ({
      day: session.day, weekday: session.weekday, color: card.series.shades.base,
      title: `${session.date} ${session.time}`, facts: session.place,
    })),
    more: sessions.length > shown.length ? `共 ${sessions.length} 场，扫码看` : '',
    foot: hosts ? `${hosts} 主办` : card.space,
  }
}

interface Laid {
  headline: string[]
  under: string[]
  words: string[]
  rows: { line: PosterLine, title: string[], facts: string[], height: number }[]
  head: number
  height: number
}

const LARGE = { px: 64, step: 76, align: 'center', kicker: CREAM, under: GOLD }
const PLAIN = { px: 27, step: 38, align: 'left', kicker: GOLD, under: 'rgba(251,246,234,0.9)' }
const TEXT = WIDTH - 2 * MARGIN
const ROW_X = MARGIN + 62

/** How high the poster is, and the lines of it: needs a pen only to measure. */
export function laidOut(poster: PosterView, pen: Pen): Laid {
  const size = poster.isLarge ? LARGE : PLAIN
  const fit = (text: string, font: string, width: number, most: number): string[] => {
    pen.font = font
    return wrapped(text, width, (part) => pen.measureText(part).width, most)
  }
  const headline = fit(poster.headline, `700 ${size.px}px ${SERIF}`, TEXT, HEAD_LINES)
  const under = fit(poster.under, `15px ${SANS}`, TEXT, 2)
  const words = fit(poster.words, `700 17px ${SERIF}`, TEXT, 2)
  const rows = poster.lines.map((line) => {
    const title = fit(line.title, `600 16px ${SANS}`, WIDTH - ROW_X - MARGIN, 2)
    const facts = fit(line.facts, `13px ${SANS}`, WIDTH - ROW_X - MARGIN, 2)
    return { line, title, facts, height: 14 + title.length * 23 + facts.length * 20 + 12 }
  })
  const head = 34 + 26 + headline.length * size.step + under.length * 24 + 4 + (words.length ? 12 + words.length * 26 : 0) + 26
  const body = rows.reduce((sum, row) => sum + row.height, 0) + (poster.more ? 38 : 0)
  return { headline, under, words, rows, head, height: head + 10 + body + 14 + CODE + 34 }
}

/** Paint all but the code, whose place is returned. */
export function paint(poster: PosterView, laid: Laid, pen: Pen): { x: number, y: number, size: number } {
  pen.textBaseline = 'alphabetic'
  pen.fillStyle = PAPER
  pen.fillRect(0, 0, WIDTH, laid.height)
  paintHead(poster, laid, pen)
  let y = laid.head + 10
  for (const row of laid.rows) {
    paintRow(row, y, pen)
    y += row.height
  }
  if (poster.more) {
    write(pen, { font: `13px ${SANS}`, color: HUSH, align: 'center' }, poster.more, WIDTH / 2, y + 26)
    y += 38
  }
  return paintFoot(poster, y + 14, pen)
}

interface Ink {
  font: string
  color: string
  align: string
}

function paintHead(poster: PosterView, laid: Laid, pen: Pen): void {
  const look = poster.isLarge ? LARGE : PLAIN
  const { align } = look
  const x = align === 'center' ? WIDTH / 2 : MARGIN
  pen.fillStyle = poster.color
  pen.fillRect(0, 0, WIDTH, laid.head)
  let y = 34 + 14
  write(pen, { font: `600 14px ${SANS}`, color: look.kicker, align }, poster.kicker, x, y)
  y += 12
  for (const line of laid.headline) write(pen, { font: `700 ${look.px}px ${SERIF}`, color: CREAM, align }, line, x, (y += look.step))
  y += 5
  for (const line of laid.under) write(pen, { font: `15px ${SANS}`, color: look.under, align }, line, x, (y += 24))
  if (laid.words.length) y += 12
  for (const line of laid.words) write(pen, { font: `700 17px ${SERIF}`, color: CREAM, align }, line, x, (y += 26))
}

function paintRow({ line, title, facts, height }: Laid['rows'][number], top: number, pen: Pen): void {
  const day = MARGIN + 20
  write(pen, { font: `700 28px ${SERIF}`, color: INK, align: 'center' }, line.day, day, top + 36)
  write(pen, { font: `12px ${SANS}`, color: HUSH, align: 'center' }, line.weekday, day, top + 54)
  pen.fillStyle = line.color
  pen.fillRect(ROW_X - 14, top + 18, 3, height - 26)
  let y = top + 8
  for (const text of title) write(pen, { font: `600 16px ${SANS}`, color: INK, align: 'left' }, text, ROW_X, (y += 23))
  for (const text of facts) write(pen, { font: `13px ${SANS}`, color: SOFT, align: 'left' }, text, ROW_X, (y += 20))
}

function paintFoot(poster: PosterView, top: number, pen: Pen): { x: number, y: number, size: number } {
  const small: Ink = { font: `13px ${SANS}`, color: SOFT, align: 'left' }
  pen.strokeStyle = LINE
  pen.lineWidth = 1
  pen.beginPath()
  pen.moveTo(MARGIN, top)
  pen.lineTo(WIDTH - MARGIN, top)
  pen.stroke()
  write(pen, { font: `700 20px ${SERIF}`, color: INK, align: 'left' }, '心驿', MARGIN, top + 46)
  write(pen, small, '微信扫一扫', MARGIN, top + 72)
  write(pen, small, poster.foot, MARGIN, top + 92)
  return { x: WIDTH - MARGIN - CODE, y: top + 16, size: CODE }
}

function write(pen: Pen, ink: Ink, text: string, x: number, y: number): void {
  pen.font = ink.font
  pen.fillStyle = ink.color
  pen.textAlign = ink.align
  pen.fillText(text, x, y)
}
