// TDesign's icons without a network. Trap 14: its icon font lies on a CDN; the same drawings come
// as SVG files from npm and are laid over the same class names. WeChat keeps the font.

import fs from 'node:fs'
import path from 'node:path'
import { Declaration, type Root } from 'postcss'
import { ROOT } from './source'

const DRAWINGS = path.join(ROOT, 'node_modules/tdesign-icons-svg/src')
const FOLDER = '__icons'

export const isIconSheet = (file: string): boolean => /[\\/]icon[\\/]icon\.wxss$/.test(file)

/** Replace the font of TDesign's icon sheet by drawings. */
export function drawIcons(sheet: Root): void {
  sheet.walkAtRules('font-face', (rule) => {
    rule.remove()
  })
  sheet.walkRules(/\.t-icon-[\w-]+:before/, (rule) => {
    const name = /\.t-icon-([\w-]+):before/.exec(rule.selector)?.[1]
    if (name === undefined || !fs.existsSync(path.join(DRAWINGS, `${name}.svg`))) return
    rule.removeAll()
    const look = {
      content: '""',
      display: 'block',
      width: '1em',
      height: '1em',
      background: 'currentColor',
      '-webkit-mask': `url(${FOLDER}/${name}.svg) center/contain no-repeat`,
    }
    for (const [prop, value] of Object.entries(look)) rule.append(new Declaration({ prop, value }))
  })
}

/** Copy the drawings below `out`, once. */
export function copyIcons(out: string): void {
  const target = path.join(out, FOLDER)
  if (fs.existsSync(target)) return
  fs.mkdirSync(target, { recursive: true })
  for (const name of fs.readdirSync(DRAWINGS)) {
    const drawing = fs.readFileSync(path.join(DRAWINGS, name), 'utf8')
    // The package writes an attribute no browser knows.
    fs.writeFileSync(path.join(target, name), drawing.replace('view-box', 'viewBox'))
  }
}
