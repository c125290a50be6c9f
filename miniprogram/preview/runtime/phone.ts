// The phone around the page, drawn by the parent document.

import type { Phone } from '../shared/protocol'

function found(): Phone {
  const { previewPhone } = window.parent
  if (!previewPhone) throw new Error('this document belongs into the phone of index.html')
  return previewPhone
}

export const phone = found()
