// The ordinary-link rule the mini-program's owner sets in WeChat's admin page (docs/wechat.md, 7):
// which page WeChat's camera opens for a check-in code. The sandbox is told with each scan.

interface Rule {
  rule: string
  page: string
}

const CHECKIN_PAGE = 'pages/tabs/scan/scan'

/** Return the rules of a program; undefined leaves it to what the sandbox is set to. */
export function rulesOf(pages: string[]): Rule[] | undefined {
  if (!pages.includes(CHECKIN_PAGE)) return undefined
  return [{ rule: `${location.origin}/c/`, page: CHECKIN_PAGE }]
}
