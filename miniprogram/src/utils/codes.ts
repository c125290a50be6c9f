/** The check-in code as it reaches the mini-program: from the camera inside, or through WeChat's `q`. */

const TOKEN = /^[A-Za-z0-9_-]{48}$/

/** The link in the query of the page. WeChat encodes it once more, so it is decoded exactly once. */
export function linkOf(query: { q?: string }): string {
  if (!query.q) return ''
  try {
    return decodeURIComponent(query.q)
  } catch {
    return query.q // not encoded at all: a hand-made link
  }
}

/** Whether a scanned text can be a check-in code of ours: a link with /c/<48 letters>, or these alone. */
export function looksLikeCode(text: string): boolean {
  const path = text.trim().replace(/[?#].*$/s, '').replace(/\/+$/, '')
  const at = path.lastIndexOf('/c/')
  return TOKEN.test(at < 0 ? path : path.slice(at + 3))
}

/** What a mini-program code carries: `a=5&m=202611` becomes { a: '5', m: '202611' }. WeChat encodes it once. */
export function sceneOf(query: { scene?: string }): Record<string, string> {
  if (!query.scene) return {}
  const pairs = decodeURIComponent(query.scene).split('&').map((pair) => pair.split('='))
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]))
}

/** What the code on a computer's screen says (a link with /l/…), or nothing: the text is no such code. */
export function computerCodeOf(text: string): string {
  return /\/l\/([A-Za-z0-9_-]{20,80})\/?$/.exec(text.trim().replace(/[?#].*$/s, ''))?.[1] ?? ''
}
