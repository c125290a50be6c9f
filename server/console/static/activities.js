// Fields of the activity editor that only make sense for some choices show with these. A part says
// when in `data-when`: the name of a field (or `mode`, what the chosen series is), then its values.
'use strict'

const valueOf = (form, name) => {
  if (name === 'mode') return form.elements.series_id?.selectedOptions[0]?.dataset.mode ?? ''
  const field = form.elements[name]
  return field?.value ?? ''
}

const follow = (form) => {
  for (const part of form.querySelectorAll('[data-when]')) {
    const [name, ...values] = part.dataset.when.split(' ')
    const hasError = part.querySelector('.invalid-feedback') !== null
    part.hidden = !hasError && !values.includes(valueOf(form, name))
  }
}

for (const form of document.querySelectorAll('#edit-form')) {
  follow(form)
  form.addEventListener('change', () => follow(form))
  // Slots are one to a person unless somebody says otherwise.
  form.elements.series_id?.addEventListener('change', () => {
    if (!form.elements.version && valueOf(form, 'mode') === 'slots') {
      form.elements.one_session_each.checked = true
    }
  })
}
