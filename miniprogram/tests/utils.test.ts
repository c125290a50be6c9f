// The pure parts of the pages: what they show, worked out without a phone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, asApiError, refusal, unanswered } from '../src/api/errors'
import type { ActivityOut, ButtonOut, NeedActivityOut, NeedBriefOut, SessionOut, SignupOut, WalletKindOut } from '../src/api/types'
import { calendarOf, cardView, factsOf } from '../src/utils/activities'
import { buttonView, seatsLabel } from '../src/utils/buttons'
import { scanRefused } from '../src/utils/checkins'
import { computerCodeOf, linkOf, looksLikeCode } from '../src/utils/codes'
import { contrast, parse, shades } from '../src/utils/colors'
import { newKey } from '../src/utils/keys'
import { messageView, routeOf } from '../src/utils/messages'
import { activityView, briefView } from '../src/utils/needs'
import { Pager } from '../src/utils/pager'
import { answersOf, checked, questionView } from '../src/utils/questions'
import { askable, lasts } from '../src/utils/reminders'
import { signupView } from '../src/utils/signups'
import { spotOf } from '../src/utils/spots'
import * as time from '../src/utils/time'

const NOW = Date.parse('2026-11-23T03:00:00Z') // Monday 11:00 in Shanghai
const CODE = 'A'.repeat(48)

test('days are Shanghai days, also in the morning', () => {
  assert.equal(time.dayKey('2026-11-22T17:30:00Z'), '2026-11-23')
  assert.equal(time.dayLabel('2026-11-22T17:30:00Z', NOW), '今天')
  assert.equal(time.dayLabel('2026-11-22T15:59:00Z', NOW), '昨天')
  assert.equal(time.dayLabel('2026-11-24T16:00:00Z', NOW), '后天')
  assert.equal(time.dayLabel('2026-11-26T04:00:00Z', NOW), '11月26日')
  assert.equal(time.dayLabel('2027-01-02T04:00:00Z', NOW), '2027年1月2日')
  assert.equal(time.momentLabel('2026-11-24T06:05:00Z', NOW), '明天 周二 14:05')
})

test('a span names the last day only when it is another', () => {
  assert.equal(time.spanLabel('2026-11-23T06:00:00Z', '2026-11-23T07:30:00Z'), '14:00–15:30')
  assert.equal(time.spanLabel('2026-11-23T15:00:00Z', '2026-11-23T16:30:00Z'), '23:00 至 11月24日 00:30')
})

test('waiting is told in days, hours and minutes until it is over', () => {
  assert.equal(time.untilLabel('2026-11-23T04:20:00Z', NOW), '还有 1 小时 20 分')
  assert.equal(time.untilLabel('2026-11-25T05:00:00Z', NOW), '还有 2 天 2 小时')
  assert.equal(time.untilLabel('2026-11-23T03:00:00Z', NOW), '')
})

test('months turn over the year', () => {
  assert.equal(time.shiftMonth('2026-12', 1), '2027-01')
  assert.equal(time.shiftMonth('2026-01', -1), '2025-12')
  assert.equal(time.monthName('2026-11'), '十一月')
})

test('a calendar page begins on Monday and holds every day of the month once', () => {
  for (const month of ['2026-02', '2026-11', '2027-01', '2028-02']) {
    const weeks = time.monthWeeks(month)
    const days = weeks.flat().filter((day) => day.inMonth)
    const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()
    assert.deepEqual(days.map((day) => day.day), Array.from({ length: last }, (_, i) => i + 1))
    assert.ok(weeks.every((week) => week.length === 7 && new Date(week[0]!.key).getUTCDay() === 1))
  }
})

test('words in any series colour can be read on its wash', () => {
  const colors = ['#B5442E', '#8A5A2B', '#A6761D', '#1F6F8B', '#3B7A57', '#B0587A', '#6A5ACD', '#ffff00', '#ffffff', '#000000', 'no colour']
  for (const color of colors) {
    const { ink, wash } = shades(color)
    assert.ok(contrast(parse(ink)!, parse(wash)!) >= 4.5, `${color}: ${ink} on ${wash}`)
  }
})

test('the link in q is decoded once and no more', () => {
  const link = `https://x.example/c/${CODE}?a=%2F`
  assert.equal(linkOf({ q: encodeURIComponent(link) }), link)
  assert.equal(linkOf({ q: '%E0%A4%A' }), '%E0%A4%A')
  assert.equal(linkOf({}), '')
})

test('only codes of ours are worth a question to the server', () => {
  for (const text of [CODE, `https://x.example/c/${CODE}`, `https://x.example/c/${CODE}/?scene=1`, ` ${CODE}\n`]) {
    assert.ok(looksLikeCode(text), text)
  }
  for (const text of ['', 'hello', 'https://x.example/poster', `${CODE}A`, `/c/${CODE.slice(1)}`]) {
    assert.ok(!looksLikeCode(text), text)
  }
})

test("a computer's code is told from a code at the door", () => {
  const code = 'abcdefghijklmnopqrstuvwxyz_-0123'
  assert.equal(computerCodeOf(`https://x.example/l/${code}`), code)
  assert.equal(computerCodeOf(` https://x.example/l/${code}/?from=q\n`), code)
  for (const text of ['', code, `https://x.example/c/${CODE}`, 'https://x.example/l/short']) {
    assert.equal(computerCodeOf(text), '', text)
  }
})

test('whatever the server says becomes one kind of error', () => {
  const problem = { code: 'full', detail: '名额已满', can_join_waitlist: true, errors: [{ field: 'a', message: '太长' }] }
  const error = refusal(409, problem)
  assert.deepEqual([error.code, error.detail, error.facts['can_join_waitlist']], ['full', '名额已满', true])
  assert.deepEqual(error.fields, { a: '太长' })
  assert.equal(refusal(502, '<h1>Bad Gateway').code, 'server')
  assert.equal(refusal(502, null).isOffline, false)
  assert.equal(unanswered('request:fail timeout').code, 'timeout')
  assert.ok(unanswered('request:fail').isOffline)
  assert.equal(asApiError(error), error)
})

test('each refusal of a scan has its own page', () => {
  const state = (code: string, facts = {}) => scanRefused(new ApiError(code, '说明', 409, facts), NOW)
  assert.equal(state('not_signed_up', { can_walk_in: true }).state, 'walk_in')
  assert.equal(state('not_signed_up', { can_walk_in: false }).state, 'not_signed_up')
  assert.equal(state('token_expired').state, 'expired')
  assert.equal(state('offline').state, 'offline')
  assert.equal(state('timeout').state, 'offline')
  assert.equal(state('rate_limited').text, '说明')
  assert.match(state('not_open', { opens_at: '2026-11-23T06:00:00Z' }).text, /11月23日 14:00 开始签到/)
})

test('every state of the button has words of its own, and waiting never reads as signed up', () => {
  const states = [
    'ended', 'cancelled', 'attended', 'confirmed', 'offered', 'waitlisted', 'pending', 'lottery_joined',
    'no_signup_needed', 'not_open', 'closed', 'full', 'restricted', 'sign_up',
  ] as const
  const button = (state: ButtonOut['state'], more = {}): ButtonOut =>
    ({ state, signup_id: null, position: null, at: null, reason: null, can_join_waitlist: null, invited: null, ...more })
  const labels = states.map((state) => buttonView(button(state), 'fcfs', NOW).label)
  assert.equal(new Set(labels).size, labels.length)
  assert.equal(buttonView(button('waitlisted', { position: 3 }), 'fcfs', NOW).label, '候补第 3 位')
  assert.equal(buttonView(button('sign_up'), 'lottery', NOW).label, '参加抽签')
  assert.deepEqual(buttonView(button('full', { can_join_waitlist: true }), 'fcfs', NOW).act, 'join_waitlist')
  const kept = buttonView(button('offered', { invited: true, at: '2026-11-24T02:00:00Z' }), 'fcfs', NOW)
  assert.deepEqual([kept.act, kept.hint], ['sign_up', '为您留了位置，保留到 明天 周二 10:00'])
  assert.equal(buttonView(button('not_open', { at: '2026-11-24T02:00:00Z' }), 'fcfs', NOW).hint, '明天 周二 10:00 开始报名')
})

const SESSION: SessionOut = {
  id: '2', starts_at: '2026-11-24T06:00:00Z', ends_at: '2026-11-24T07:00:00Z', place: 'A 座大堂', state: 'scheduled',
  capacity: 20, seats_taken: 18, waiting: 0, checkin_opens_at: '2026-11-24T05:00:00Z', checkin_closes_at: '2026-11-24T08:00:00Z',
  changed: null, button: { state: 'sign_up', signup_id: null, position: null, at: null, reason: null, can_join_waitlist: null, invited: null },
}
const ACTIVITY: ActivityOut = {
  id: '1', title: '讲座', theme: '主题', body: '', cover: '', kind: 'lecture', five_goals: [], hosts: [], experts: [], place: '',
  eligibility_reason: '', signup_mode: 'fcfs', signup_opens_at: null, signup_closes_at: null, cancel_hours: 2, max_party: 1,
  questions: [], shared_to: 'space', state: 'scheduled', cancel_reason: '', space: { id: '9', name: '新意城' },
  series: { id: '7', code: 'xinhai', name: '心海', color: '#1F6F8B', icon: 'water', mode: 'open' }, sessions: [SESSION],
  co_hosts: [], meeting_point: '', one_session_each: false, colleagues: null, materials: [], quorum: null, result: '', slot_minutes: null, volunteer_hours: null, volunteer_role: '',
}

test('places are told while they matter', () => {
  assert.equal(seatsLabel(SESSION), '剩 2 / 20 个名额')
  assert.equal(seatsLabel({ ...SESSION, capacity: null }), '名额不限')
  assert.equal(seatsLabel({ ...SESSION, seats_taken: 20, waiting: 3 }), '已满，3 人候补')
  assert.equal(seatsLabel({ ...SESSION, button: { ...SESSION.button, state: 'ended' } }), '')
})

test('a card shows the first session that is still to come', () => {
  const over: SessionOut = { ...SESSION, id: '1', starts_at: '2026-11-20T06:00:00Z', button: { ...SESSION.button, state: 'ended' } }
  const card = cardView({ ...ACTIVITY, sessions: [over, SESSION] }, NOW)
  assert.deepEqual([card.next.id, card.others, card.days.length], ['2', '共 2 场', 2])
})

test('what changed is told with what it was', () => {
  const changed = { at: '2026-11-23T00:00:00Z', starts_at: '2026-11-23T06:00:00Z', place: 'B 座' }
  assert.equal(cardView({ ...ACTIVITY, sessions: [{ ...SESSION, changed }] }, NOW).next.changed, '原定 今天 14:00 · B 座')
})

test('a calendar day carries the colours of what is on', () => {
  const day = calendarOf('2026-11', [cardView(ACTIVITY, NOW)], '2026-11-23').flatMap((week) => week.days)
  assert.equal(day.find((each) => each.key === '2026-11-24')?.label, '11月24日，1 个活动')
  assert.ok(day.find((each) => each.key === '2026-11-23')?.isToday)
})

test('the small print says who, how and until when', () => {
  const facts = factsOf({ ...ACTIVITY, signup_closes_at: '2026-11-24T04:00:00Z', max_party: 3 }, NOW)
  assert.equal(facts.how, '先到先得，报上即有名额；明天 周二 12:00 截止')
  assert.equal(facts.bring, '每人可带同伴，连本人最多 3 人')
  assert.equal(factsOf({ ...ACTIVITY, signup_mode: 'none' }, NOW).cancel, '')
  assert.equal(facts.colleagues, '')
  assert.equal(factsOf({ ...ACTIVITY, colleagues: 3 }, NOW).colleagues, '有 3 位同事报名')
})

const SIGNUP: SignupOut = {
  checkin_id: null, lottery_code: null, rated: false,
  id: '5', state: 'confirmed', position: null, party_size: 2, answers: {}, source: 'self', hold_until: null,
  cancel_until: '2026-11-24T04:00:00Z', end_reason: '', created_at: '2026-11-20T00:00:00Z',
  activity: { id: '1', title: '讲座' },
  session: { id: '2', starts_at: SESSION.starts_at, ends_at: SESSION.ends_at, place: '', state: 'scheduled' },
}

test('a sign-up can be given back only while it may be', () => {
  assert.ok(signupView(SIGNUP, NOW).canCancel)
  const late = signupView(SIGNUP, Date.parse('2026-11-24T05:00:00Z'))
  assert.deepEqual([late.canCancel, late.cancelNote], [false, '已过可取消的时间，来不了也请说一声'])
  assert.equal(signupView({ ...SIGNUP, session: { ...SIGNUP.session, state: 'cancelled' } }, NOW).reason, '活动已取消')
})

test('an offer can be accepted only while it is held', () => {
  const offered = { ...SIGNUP, state: 'offered' as const, hold_until: '2026-11-23T04:00:00Z' }
  assert.ok(signupView(offered, NOW).canAccept)
  assert.ok(!signupView(offered, Date.parse('2026-11-23T04:00:01Z')).canAccept)
})

test('a need says what happens next', () => {
  const need = {
    state: 'submitted', text_check: 'passed', outcome_name: '', is_overdue: false, received_at: '2026-11-23T02:00:00Z',
    promise: { respond_by: '2026-11-24T09:30:00Z', resolve_by: '2026-11-30T09:30:00Z', explained: [], provisional: false },
  } as unknown as NeedBriefOut
  assert.equal(briefView(need, NOW).next, '明天 周二 17:30 前联系您')
  assert.equal(briefView({ ...need, state: 'in_progress' }, NOW).next, '11月30日 周一 17:30 前答复')
  assert.equal(briefView({ ...need, is_overdue: true }, NOW).isLate, true)
  assert.equal(briefView({ ...need, state: 'answered', outcome_name: '已解决' }, NOW).next, '已解决，请您评价')
})

test('only required questions must be answered, and blanks are no answers', () => {
  const asked = { key: 'a', label: '问', kind: 'yes_no', options: [], required: true }
  const questions = checked([questionView(asked), questionView({ ...asked, key: 'b', kind: 'text', required: false }, '  ')])
  assert.deepEqual(questions.map((each) => each.error), ['请选择一项', ''])
  assert.deepEqual(answersOf(questions), {})
  assert.deepEqual(questions[0]!.choices.map((each) => each.value), ['yes', 'no'])
})

test('a message leads to its page, tabs in their own way', () => {
  assert.deepEqual(routeOf('pages/needs/detail/detail?id=1'), { url: '/pages/needs/detail/detail?id=1', isTab: false })
  assert.deepEqual(routeOf('pages/tabs/home/home?space=1'), { url: '/pages/tabs/home/home?space=1', isTab: true })
  assert.equal(routeOf(''), null)
  const message = {
    id: '1', kind: 'menu', title: '', body: '', page: '', subject_type: '', subject_id: '1', created_at: '2026-11-23T02:00:00Z',
    read_at: null, mark: { state: 'not_delivered', text: '未送达：提醒次数用完' },
  } as const
  assert.deepEqual([messageView(message, NOW).isUnread, messageView(message, NOW).markTone], [true, 'bad'])
})

test('a place is found on the map by its venue, then its tower', () => {
  const space = {
    address: '新意城', buildings: [{ id: 'b', name: 'A 座', address: '吴中路 1 号', latitude: 31.1, longitude: 121.3 }],
    venues: [{ id: 'v', name: 'A 座大堂', address: '', latitude: null, longitude: null, building_id: 'b' }],
  } as unknown as Parameters<typeof spotOf>[0]
  assert.deepEqual(spotOf(space, 'A 座大堂 会客厅'), { address: '吴中路 1 号', latitude: 31.1, longitude: 121.3 })
  assert.deepEqual(spotOf(space, '别处'), { address: '新意城', latitude: null, longitude: null })
})

test('every attempt has a name of its own', () => {
  const keys = Array.from({ length: 1000 }, newKey)
  assert.equal(new Set(keys).size, 1000)
  assert.ok(keys.every((key) => /^[a-z0-9]{32}$/.test(key)))
})

test('a long list is read once per page, and a late answer does not overwrite a newer one', async () => {
  let shown: number[] = []
  const slow: ((page: { items: number[], next: null }) => void)[] = []
  const first = new Pager<number, number>(
    (cursor) => Promise.resolve(cursor ? { items: [3], next: null } : { items: [1, 2], next: 'more' }),
    (item) => item * 10,
    (patch) => { shown = patch.items ?? shown },
  )
  await first.first()
  await Promise.all([first.more(), first.more()])
  assert.deepEqual(shown, [10, 20, 30])

  const racing = new Pager<number, number>(
    () => new Promise((resolve) => slow.push(resolve)),
    (item) => item,
    (patch) => { shown = patch.items ?? shown },
  )
  const [old, fresh] = [racing.another(), racing.another()]
  slow[1]!({ items: [2], next: null })
  slow[0]!({ items: [1], next: null })
  await Promise.all([old, fresh])
  assert.deepEqual(shown, [2])
})

test('what lasts is asked for once, and never in one pop-up with what does not', () => {
  const held = (kind: string, isLasting: boolean, balance: number): WalletKindOut => ({
    kind, title: kind, template_id: `t-${kind}`, balance, is_refused: false, is_lasting: isLasting, sentence: '',
  })
  const wallet = [held('menu', true, 1), held('changed', true, 0), held('reminder', false, 2), held('rating', false, 0)]
  const asked = (...kinds: string[]) => askable(wallet, kinds).map((each) => each.kind)
  assert.deepEqual(asked('menu'), [])
  assert.deepEqual(asked('reminder', 'rating'), ['reminder', 'rating'])
  assert.deepEqual(asked('changed', 'reminder', 'rating'), ['changed'])
  assert.deepEqual(wallet.filter(lasts).map((each) => each.kind), ['menu'])
})

test('a need asks about an activity once it is over, and tells what was said', () => {
  const held: NeedActivityOut = {
    activity_id: '1', title: '税务专场', state: 'scheduled', starts_at: '2026-11-24T06:00:00Z', seat_held_until: '2026-11-24T02:00:00Z',
    asked: false, came: null, result: null, comment: '', answered_at: null,
  }
  assert.deepEqual([activityView(held, NOW).note, activityView(held, NOW).asks], ['为您留了位置，保留到 明天 周二 10:00', false])
  const over = { ...held, state: 'ended' as const, asked: true, came: false }
  assert.deepEqual([activityView(over, NOW).note, activityView(over, NOW).asks], ['', true])
  assert.match(activityView(over, NOW).question, /没有见到您/)
  assert.deepEqual(activityView({ ...over, result: 'partly', comment: '还想再问' }, NOW).note, '您说：部分解决。还想再问')
  assert.equal(activityView({ ...over, state: 'cancelled' }, NOW).asks, false)
})
