/** This installation on this phone: a random name, so that staff notice when one phone checks in several people. */

import { keep, kept } from './storage'
import { newKey } from './keys'

const KEY = 'installation'
let known = ''

/** The header that carries it. */
export function installationHeader(): Record<string, string> {
  known ||= kept(KEY, '')
  if (!known) {
    known = newKey()
    keep(KEY, known)
  }
  return { 'X-Device-Id': known }
}
