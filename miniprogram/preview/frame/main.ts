// The phone around the program, and the bench beside it.

import type { Phone } from '../shared/protocol'
import { drawBars, setBadge, setRefreshing, setTitle, showPage } from './chrome'
import { actionSheet, hideToast, modal, toast } from './dialogs'
import { el, get } from './dom'
import { current, drawMembers } from './members'
import { followMessages } from './messages'
import { download, note } from './notes'
import { loginCode, phoneCode } from './sandbox'
import { drawScanner, scanInside, type Running } from './scan'
import { askToSubscribe } from './subscriptions'

const program = get<HTMLIFrameElement>('.program')
let running: Running | undefined

function chooseFiles(accept: string, multiple: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = el('input', { type: 'file', accept, multiple })
    input.onchange = () => resolve([...(input.files ?? [])])
    input.oncancel = () => resolve([])
    input.click()
  })
}

const phone: Phone = {
  owner: current,
  start(app, actions) {
    running = { app, actions }
    drawBars(app.tabBar, actions)
  },
  ...{ showPage, setTitle, setBadge, setRefreshing },
  ...{ toast, hideToast, modal, actionSheet, chooseFiles, download, note },
  scan: scanInside,
  loginCode: () => loginCode(current()),
  phoneCode: () => phoneCode(current()),
  subscribe: askToSubscribe,
}
window.previewPhone = phone

/** Start the program afresh, at the page the address asks for. */
function start(search: string): void {
  running = undefined
  hideToast()
  program.src = `app.html${search}`
}

const asked = new URLSearchParams(location.search)
document.documentElement.classList.toggle('bare', asked.has('bare'))
start(location.search)
if (!asked.has('bare')) {
  void drawMembers(() => start(`?${new URLSearchParams({ member: current() })}`))
  drawScanner(() => running)
}
followMessages(() => running?.actions)
