/** Shades of a series' colour. Series are data, so the shades are worked out, not written down. */

type Rgb = [number, number, number]

const PAPER: Rgb = [255, 255, 255]
const INK: Rgb = [42, 38, 32]
const FALLBACK = '#1f5a52'
const AA = 4.5

export interface Shades {
  /** As it is, for marks and stripes. */
  base: string
  /** A breath of it, to lay under words. */
  wash: string
  /** For words on the wash: darkened until they can be read (WCAG AA). */
  ink: string
}

export function shades(color: string): Shades {
  const base = parse(color) ?? (parse(FALLBACK) as Rgb)
  const wash = mix(base, PAPER, 0.12)
  let share = 1
  while (share > 0 && contrast(mix(base, INK, share), wash) < AA) share -= 0.05
  return { base: css(base), wash: css(wash), ink: css(mix(base, INK, Math.max(share, 0))) }
}

/** The contrast of two colours as WCAG counts it, from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const a = luminance(one), b = luminance(other)
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Black or white, whichever can be read on a colour. */
export function inkOn(color: string): string {
  const ground = parse(color) ?? PAPER
  return contrast(ground, PAPER) >= contrast(ground, INK) ? '#ffffff' : css(INK)
}

export function parse(color: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return null
  const part = (from: number): number => parseInt(color.slice(from, from + 2), 16)
  return [part(1), part(3), part(5)]
}

function mix([r, g, b]: Rgb, [R, G, B]: Rgb, share: number): Rgb {
  const between = (one: number, other: number): number => Math.round(one * share + other * (1 - share))
  return [between(r, R), between(g, G), between(b, B)]
}

const css = (rgb: Rgb): string => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`

function luminance([r, g, b]: Rgb): number {
  const linear = (value: number): number => {
    const part = value / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}
