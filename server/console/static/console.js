// What makes the console a little handier; every page works without it.
'use strict'

// A form that asks first ("data-ask") is sent only after a yes; one that was sent is not sent twice.
document.addEventListener('submit', (event) => {
  const form = event.target
  const ask = event.submitter?.dataset.ask ?? form.dataset.ask
  if (ask && !window.confirm(ask)) {
    event.preventDefault()
    return
  }
  if (form.method === 'post') {
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = '1'
  }
})

// Coming back by the browser's own button must find forms that can be sent again.
window.addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent
})

// A filter answers as soon as something is chosen.
document.addEventListener('change', (event) => {
  const form = event.target.form
  if (form?.dataset.instant !== undefined) form.requestSubmit()
})

// What was typed and not saved is not lost by a wrong click.
let touched = false
document.addEventListener('input', (event) => {
  if (event.target.form?.dataset.careful !== undefined) touched = true
})
document.addEventListener('submit', (event) => {
  if (!event.defaultPrevented) touched = false
})
window.addEventListener('beforeunload', (event) => {
  if (touched) event.preventDefault()
})

// The browser's own print dialogue.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print()
})

// A template goes where the person stands in the text, never over what is there.
document.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-fill]')
  const field = chosen && document.getElementById(chosen.dataset.fill)
  if (!field) return
  field.setRangeText(chosen.dataset.text, field.selectionStart, field.selectionEnd, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.focus()
})

// "/" goes to the search, unless somebody is writing.
document.addEventListener('keydown', (event) => {
  const field = document.getElementById('search')
  if (event.key !== '/' || !field || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest('input, textarea, select, [contenteditable]')) return
  event.preventDefault()
  field.select()
})
