// The desk at the door: the scanner's field is always ready, and no scan is lost to a slow line.
'use strict'

const form = document.getElementById('scan')
const code = document.getElementById('code')
const door = document.getElementById('door')
const verdict = document.getElementById('verdict')
const live = document.getElementById('live')
const CONTROLS = 'input, textarea, select, button, a, summary, label'

// Each browser stands at one door; it says so until told otherwise.
const DOOR = 'xinyi.door'
door.value = window.localStorage.getItem(DOOR) ?? ''
door.addEventListener('change', () => window.localStorage.setItem(DOOR, door.value.trim()))

// A scanner types the next code while the last one is on its way: they wait in line, in order.
let line = Promise.resolve()
form.addEventListener('submit', (event) => {
  event.preventDefault()
  event.stopPropagation()
  const values = Object.fromEntries(new FormData(form))
  code.value = ''
  code.focus()
  if (!values.code.trim()) return
  line = line
    .then(() => window.htmx.ajax('POST', form.action, { target: '#verdict', values }))
    .catch(() => {})
})

// Every other way in says at which door, too.
document.addEventListener('htmx:configRequest', (event) => {
  if (event.detail.verb === 'post') event.detail.parameters.door ??= door.value
})

function lost(event) {
  if (event.detail.target !== verdict) return
  verdict.replaceChildren(document.getElementById('lost').content.cloneNode(true))
  code.focus()
}
for (const name of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) {
  document.addEventListener(name, lost)
}

// The log-in has run out: what came back is its page, and it belongs into the whole window.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href).pathname.endsWith('/login')) {
    event.preventDefault()
    location.reload()
  }
})

// Numbers must not move under somebody who is about to write why.
document.addEventListener('htmx:beforeRequest', (event) => {
  const isBusy = live.querySelector('details[open]') || live.contains(document.activeElement)
  if (event.detail.elt === live && isBusy) event.preventDefault()
})

document.addEventListener('htmx:afterSwap', (event) => {
  if (event.detail.target !== verdict) return
  for (const each of document.forms) delete each.dataset.sent
  if (event.detail.requestConfig.elt.closest('#found')) {
    document.getElementById('found').replaceChildren()
    document.getElementById('q').value = ''
  }
  window.htmx.trigger(live, 'refresh')
  code.focus()
})

// A click beside everything, or coming back to the window, makes the field ready again; so does
// whatever is typed into nothing.
document.addEventListener('click', (event) => {
  if (!event.target.closest(CONTROLS)) code.focus()
})
window.addEventListener('focus', () => {
  if (!document.activeElement?.closest(CONTROLS)) code.focus()
})
document.addEventListener('keydown', (event) => {
  const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
  if (isTyping && !document.activeElement?.closest(CONTROLS)) code.focus()
})
