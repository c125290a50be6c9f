/** A member's personal code, read and verified on this phone, with the keys of the roster snapshot. */

import JsSha from 'jssha'

// `XYP` and 64 letters of base32: version, session (0: none), person, slot, and 19 bytes of MAC.
const PASS = /XYP([A-Z2-7]{64})$/
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const VERSION = 1
const BODY = 21
const MAC = 19

export interface Pass {
  /** Empty when the code only says who the person is. */
  sessionId: string
  userId: string
  slot: number
  body: Uint8Array
  mac: Uint8Array
}

/** What a scanned text says, null when it is no personal code. Nothing of it is to be believed before `isSignedBy`. */
export function readPass(text: string): Pass | null {
  const found = PASS.exec(text.trim().toUpperCase())
  if (!found) return null
  const raw = fromBase32(found[1]!)
  if (raw[0] !== VERSION) return null
  const session = decimal(raw.subarray(1, 9))
  return {
    sessionId: session === '0' ? '' : session,
    userId: decimal(raw.subarray(9, 17)),
    slot: new DataView(raw.buffer).getUint32(17),
    body: raw.subarray(0, BODY),
    mac: raw.subarray(BODY),
  }
}

/** Whether the code was made with the person's key. */
export function isSignedBy(pass: Pass, key: string): boolean {
  const hmac = new JsSha('SHA-256', 'UINT8ARRAY', { hmacKey: { value: key, format: 'TEXT' } })
  hmac.update(pass.body)
  const expected = hmac.getHash('UINT8ARRAY').subarray(0, MAC)
  return expected.every((byte, at) => byte === pass.mac[at])
}

/** How many slots old the code is at a moment of the server's clock. */
export function ageOf(pass: Pass, serverNow: number, slotSeconds: number): number {
  return Math.floor(serverNow / 1000 / slotSeconds) - pass.slot
}

function fromBase32(letters: string): Uint8Array {
  const bytes = new Uint8Array(BODY + MAC)
  let bits = 0, held = 0, at = 0
  for (const letter of letters) {
    held = ((held << 5) | BASE32.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return bytes
}

/** Eight bytes as the decimal text ids are written in; older phones know no BigInt. */
function decimal(bytes: Uint8Array): string {
  let digits = [0]
  for (const byte of bytes) {
    let carry = byte
    digits = digits.map((digit) => {
      const sum = digit * 256 + carry
      carry = Math.floor(sum / 10)
      return sum % 10
    })
    for (; carry; carry = Math.floor(carry / 10)) digits.push(carry % 10)
  }
  return digits.reverse().join('')
}
