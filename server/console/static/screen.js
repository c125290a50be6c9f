// The big screen. It holds the codes of the next slots, so that a network that is away for a while
// does not blank it; when the last code has run out, it says so instead of showing a dead one.
'use strict'

const ASK_EVERY = 2000
const GIVE_UP_AFTER = 6000

const screen_ = document.querySelector('[data-codes]')
const part = (name) => screen_.querySelector(`[data-${name}]`)
const [picture, veil, veilTitle, veilText, lapse, clock, persons, signedUp, arrivals, state, hint, full] =
  ['picture', 'veil', 'veil-title', 'veil-text', 'lapse', 'clock', 'persons', 'signed-up', 'arrivals', 'state', 'hint', 'full'].map(part)
const quiet = state.textContent

let codes = []
let mark = '' // which key the codes were made with
let phase = screen_.dataset.phase
let skew = null // the server's clock minus ours: a screen's own clock may be minutes off
let lastAnswer = performance.now()
let shown = ''

const serverNow = () => Date.now() + (skew ?? 0)

async function ask() {
  const begun = Date.now()
  try {
    const response = await fetch(screen_.dataset.codes, {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    })
    if (response.type === 'opaqueredirect') {
      location.reload() // logged out: the log-in page leads back here
      return
    }
    if (response.ok) take(await response.json(), (begun + Date.now()) / 2)
  } catch {
    // No network: the next slots are here already, and the next question comes soon.
  }
}

function take(news, askedAt) {
  skew = news.now_ms - askedAt
  codes = news.codes
  mark = news.mark
  lastAnswer = performance.now()
  phase = news.phase
  hint.textContent = hint.dataset[phase]
  persons.textContent = news.persons
  signedUp.textContent = news.signed_up ? `应到 ${news.signed_up} 位` : ''
  arrivals.replaceChildren(...news.arrivals.map((name) => {
    const chip = document.createElement('span')
    chip.textContent = name
    return chip
  }))
}

function draw() {
  const now = serverNow()
  clock.textContent = new Intl.DateTimeFormat('zh-CN', {
    timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(now)
  if (skew === null) return
  const current = codes.find((code) => code.from_ms <= now && now < code.until_ms)
  if (current) {
    // Every answer draws a slot anew; the picture changes only with the slot, or after 换码.
    const due = `${current.from_ms} ${mark}`
    if (shown !== due) picture.src = current.picture
    shown = due
    lapse.setAttribute('width', (100 * (current.until_ms - now)) / (current.until_ms - current.from_ms))
  }
  const away = Math.round((performance.now() - lastAnswer) / 1000)
  state.textContent = away > 8 ? `网络中断 ${away} 秒，正在重连` : quiet
  if (phase === 'over' || phase === 'cancelled') cover(hint.dataset[phase], '感谢您的参与')
  else if (!current) cover('网络中断', '恢复后签到码会自动出现，请稍候')
  else veil.hidden = true
}

function cover(title, text) {
  veil.hidden = false
  veilTitle.textContent = title
  veilText.textContent = text
}

async function askAgain() {
  await ask()
  setTimeout(askAgain, ASK_EVERY)
}

if (document.documentElement.requestFullscreen) {
  full.hidden = false
  full.addEventListener('click', () => document.documentElement.requestFullscreen())
}
if (navigator.wakeLock) {
  const stayAwake = () => navigator.wakeLock.request('screen').catch(() => {})
  stayAwake()
  document.addEventListener('visibilitychange', () => { if (!document.hidden) stayAwake() })
}
setInterval(draw, 250)
askAgain()
