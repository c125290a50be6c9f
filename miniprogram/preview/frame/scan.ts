// Scanning without a camera: paste what a code says, or pick a picture of it.

import { BarcodeDetector } from 'qr/decode.js'
import type { AppConfig } from '../shared/program'
import type { Actions } from '../shared/protocol'
import { ask, toast } from './dialogs'
import { el, get } from './dom'
import { rulesOf } from './rules'
import { scan } from './sandbox'

/** WeChat's number for having scanned a mini-program code. */
const SCENE_CODE = 1047
const MAX_PX = 2000

/** The program in the phone. */
export interface Running {
  app: AppConfig
  actions: Actions
}

/** Return what the code in a picture says, null when none is found. */
async function decode(picture: File): Promise<string | null> {
  const full = await createImageBitmap(picture)
  const scale = Math.min(1, MAX_PX / Math.max(full.width, full.height))
  const resizeWidth = Math.max(1, Math.round(full.width * scale))
  const bitmap = scale < 1 ? await createImageBitmap(picture, { resizeWidth }) : full
  const [found] = await new BarcodeDetector({ formats: ['qr_code'] }).detect(bitmap)
  return found?.rawValue ?? null
}

/** Return a field for the code's content and a button that fills it from a picture. */
function codeFields(): { text: HTMLTextAreaElement; picture: HTMLElement } {
  const text = el('textarea', { rows: 3, ariaLabel: '码的内容', placeholder: '粘贴码的内容' })
  const input = el('input', { type: 'file', accept: 'image/*', ariaLabel: '码的图片' })
  input.onchange = async () => {
    const file = input.files?.[0]
    input.value = '' // the same picture may be picked again
    const content = file ? await decode(file) : null
    if (content === null) toast({ title: '图里没有认出二维码', icon: 'none' })
    else text.value = content
  }
  return { text, picture: el('label', { className: 'picture' }, '选码的图片', input) }
}

/** wx.scanCode: ask inside the phone. */
export function scanInside(): Promise<string | null> {
  const { text, picture } = codeFields()
  const body = el('div', { className: 'box-body' }, text, picture)
  return ask<string | null>('扫一扫', [body], [
    { text: '取消', value: () => null },
    { text: '确定', value: () => text.value.trim() || null, isMain: true },
  ])
}

/** What the sandbox's mini-program codes say; a real one cannot be read by others. */
function parseMiniCode(content: string): { page: string; scene: string } | null {
  try {
    const { page, scene } = JSON.parse(content) as { page?: unknown; scene?: unknown }
    return typeof page === 'string' && typeof scene === 'string' ? { page, scene } : null
  } catch {
    return null // not JSON: an ordinary code
  }
}

/** Draw WeChat's own scanner beside the phone; what it reads may open the program. */
export function drawScanner(running: () => Running | undefined): void {
  const { text, picture } = codeFields()
  const told = el('p', { className: 'hint', role: 'status' })
  const go = el('button', { className: 'is-main' }, '扫这个码')
  go.onclick = async () => {
    try {
      told.replaceChildren(...(await openCode(text.value.trim(), running())))
    } catch (error) {
      told.textContent = `扫不了：${(error as Error).message}`
    }
  }
  const row = el('div', { className: 'row' }, picture, go)
  get('.scanner').replaceChildren(el('h2', {}, '微信扫一扫（不在小程序里）'), text, row, told)
}

async function openCode(content: string, running?: Running): Promise<(Node | string)[]> {
  if (!running) return ['小程序还没有打开']
  const { actions, app } = running
  const mini = parseMiniCode(content)
  if (mini) {
    const page = mini.page || ''
    actions.launch(`/${page}?scene=${encodeURIComponent(mini.scene)}`, SCENE_CODE)
    return [`小程序码，打开 ${page}`]
  }
  const scanned = await scan(content, rulesOf(app.pages))
  if (scanned.opens === 'mini-program') {
    actions.launch(`/${scanned.path}`, scanned.scene)
    return [`打开小程序 ${scanned.path}`]
  }
  const link = el('a', { href: scanned.url, target: '_blank', rel: 'noreferrer' }, scanned.url)
  return [/^https?:/.test(scanned.url) ? '微信会用浏览器打开：' : '码里写着：', link]
}
