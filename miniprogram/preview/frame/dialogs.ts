// Toast, modal and action sheet, as WeChat draws them.

import type { ModalAnswer, ModalOptions, ToastOptions } from '../shared/protocol'
import { el, screen } from './dom'

const TOAST_MS = 1500
const MODAL: Required<ModalOptions> = {
  title: '',
  content: '',
  showCancel: true,
  cancelText: '取消',
  confirmText: '确定',
  editable: false,
  placeholderText: '',
}
const SIGNS = { success: '✓ ', error: '✕ ', loading: '… ', none: '' }

let toastElement: HTMLElement | undefined
let toastTimer: number | undefined

export function hideToast(): void {
  clearTimeout(toastTimer)
  toastElement?.remove()
}

export function toast({ title, icon = 'none', duration = TOAST_MS }: ToastOptions): void {
  hideToast()
  toastElement = el('div', { className: 'toast', role: 'status' }, SIGNS[icon] + title)
  screen.append(toastElement)
  if (duration > 0) toastTimer = window.setTimeout(hideToast, duration)
}

/**
 * Lay a box over the page; return what takes it away.
 *
 * A finger's tap opens it before the browser has made the click of that tap: only a press that
 * begins on the box may choose something in it.
 */
function overlay(box: HTMLElement, className = ''): () => void {
  const mask = el('div', { className: `mask ${className}` }, box)
  let isPressed = false
  mask.addEventListener('pointerdown', () => {
    isPressed = true
  })
  const guard = (event: MouseEvent) => {
    const isOfKeyboard = event.detail === 0
    if (!isPressed && !isOfKeyboard) event.stopPropagation()
  }
  mask.addEventListener('click', guard, true)
  screen.append(mask)
  return () => mask.remove()
}

export interface Choice<T> {
  text: string
  value: () => T
  isMain?: boolean
}

/** Ask over the page; return the value of the button that was pressed. */
export function ask<T>(title: string, body: (Node | string)[], choices: Choice<T>[]): Promise<T> {
  return new Promise((resolve) => {
    const buttons = choices.map(({ text, value, isMain }) => {
      const button = el('button', { className: isMain ? 'is-main' : '' }, text)
      button.onclick = () => {
        remove()
        resolve(value())
      }
      return button
    })
    const heading = title === '' ? [] : [el('h2', {}, title)]
    const footer = el('div', { className: 'box-buttons' }, ...buttons)
    const box = el('div', { className: 'box', role: 'dialog', ariaLabel: title }, ...heading, ...body, footer)
    const remove = overlay(box)
    box.querySelector<HTMLElement>('input:not([type]), textarea')?.focus()
  })
}

export function modal(options: ModalOptions): Promise<ModalAnswer> {
  const { title, content, editable, showCancel, cancelText, confirmText, placeholderText } = {
    ...MODAL,
    ...options,
  }
  const field = el('input', { value: content, placeholder: placeholderText })
  const body = editable ? el('div', { className: 'box-body' }, field) : el('p', {}, content)
  const answer = (confirm: boolean) => () => ({
    confirm,
    cancel: !confirm,
    content: editable && confirm ? field.value : null,
  })
  const cancel = { text: cancelText, value: answer(false) }
  const confirm = { text: confirmText, value: answer(true), isMain: true }
  return ask(title, [body], showCancel ? [cancel, confirm] : [confirm])
}

export function actionSheet(lines: string[]): Promise<number> {
  return new Promise((resolve) => {
    const buttons = [...lines, '取消'].map((line, index) => {
      const button = el('button', {}, line)
      button.onclick = () => {
        remove()
        resolve(index < lines.length ? index : -1)
      }
      return button
    })
    const list = el('div', { className: 'box-buttons box-lines' }, ...buttons)
    const box = el('div', { className: 'box', role: 'menu' }, list)
    const remove = overlay(box, 'is-sheet')
  })
}
