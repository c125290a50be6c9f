// The big screen. It holds the codes of the next slots, so that a network that is away for a while
// does not blank it; when the last code has run out, it says so instead of showing a dead one.
'use strict'

const ASK_EVERY = 2000
const GIVE_UP_AFTER = 6000
const AWAY_AFTER = 8000
const ENDED_EVERY = 30_000

const screen_ = document.querySelector('[data-news]')
const part = (name) => screen_.querySelector(`[data-${name}]`)
const [clock, day, state, full] = ['clock', 'day', 'state', 'full'].map(part)
const quiet = state.textContent

let stage = part('stage')
let told = stage.outerHTML // what the server last said of it
const dress = stage.dataset.dress
let boards = new Map()
let skew = null // the server's clock minus ours: a screen's own clock may be minutes off
let lastAnswer = performance.now()
let isEnded = false

const serverNow = () => Date.now() + (skew ?? 0)

async function ask() {
  const begun = Date.now()
  try {
    const response = await fetch(screen_.dataset.news, {
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
    else if (response.status === 404 || response.status === 410) end()
  } catch {
    // No network: the next slots are here already, and the next question comes soon.
  }
}

function take(news, askedAt) {
  skew = news.now_ms - askedAt
  lastAnswer = performance.now()
  isEnded = false
  boards = new Map(news.boards.map((board) => [board.id, board]))
  if (news.stage !== told) put(news.stage)
  draw()
}

function put(html) {
  told = html
  const fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-stage]')
  if (fresh.dataset.dress !== dress) {
    location.reload() // a new version of this page: the server just answered, so it will come
    return
  }
  // The picture on show moves over to the new page: drawn again it would blink.
  for (const board of fresh.querySelectorAll('[data-board]')) {
    const shown = stage.querySelector(`[data-board="${board.dataset.board}"] [data-picture]`)
    if (shown) board.querySelector('[data-picture]').replaceWith(shown)
  }
  stage.replaceWith(fresh)
  stage = fresh
}

function end() {
  isEnded = true
  boards = new Map()
  told = ''
  const note = document.createElement('section')
  note.className = 'agenda'
  const title = document.createElement('h1')
  const text = document.createElement('p')
  title.textContent = '大屏链接已停用'
  text.textContent = '请工作人员在工作台重新生成大屏链接，再在这里打开。'
  text.className = 'facts-line'
  note.append(title, text)
  stage.className = 'stage n0'
  stage.replaceChildren(note)
}

function draw() {
  const now = serverNow()
  clock.textContent = new Intl.DateTimeFormat('zh-CN', {
    timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(now)
  if (day) {
    day.textContent = new Intl.DateTimeFormat('zh-CN', {
      timeZone: 'Asia/Shanghai', month: 'long', day: 'numeric', weekday: 'short',
    }).format(now)
  }
  if (skew === null) return
  const away = performance.now() - lastAnswer
  const isAway = away > AWAY_AFTER && !isEnded
  state.textContent = isAway ? `网络中断 ${Math.round(away / 1000)} 秒，正在重连` : quiet
  screen_.classList.toggle('away', isAway)
  for (const element of stage.querySelectorAll('[data-board]')) drawBoard(element, now)
}

function drawBoard(element, now) {
  const { phase } = element.dataset
  const board = boards.get(element.dataset.board)
  const current = board?.codes.find((code) => code.from_ms <= now && now < code.until_ms)
  const veil = element.querySelector('[data-veil]')
  if (phase === 'over' || phase === 'cancelled') return // the page says so itself
  veil.hidden = Boolean(current)
  if (!current) {
    veil.querySelector('[data-veil-title]').textContent = '网络中断'
    veil.querySelector('[data-veil-text]').textContent = '签到码已用完，网络恢复后会自动出现；着急请找工作人员签到'
    return
  }
  // Every answer draws a slot anew; the picture changes only with the slot, or after 换码.
  const picture = element.querySelector('[data-picture]')
  const due = `${current.from_ms} ${board.mark}`
  if (picture.dataset.shown !== due) picture.src = current.picture
  picture.dataset.shown = due
  const left = (100 * (current.until_ms - now)) / (current.until_ms - current.from_ms)
  element.querySelector('[data-lapse]').setAttribute('width', left)
}

async function askAgain() {
  await ask()
  setTimeout(askAgain, isEnded ? ENDED_EVERY : ASK_EVERY)
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
