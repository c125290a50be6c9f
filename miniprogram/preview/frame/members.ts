// Which demo member the person at the bench is.

import { addMember, members, type Member } from './sandbox'
import { el, get } from './dom'

const KEPT = 'preview:member'
const FIRST = 'demo-u1'
const panel = get('.members')

let chosen = new URLSearchParams(location.search).get('member') ?? localStorage.getItem(KEPT) ?? FIRST

/** Return the openid of whoever holds the phone. */
export const current = (): string => chosen

/** Draw the choice; `onChange` hands the phone to somebody else. */
export async function drawMembers(onChange: () => void): Promise<void> {
  const choose = (openid: string) => {
    chosen = openid
    localStorage.setItem(KEPT, openid)
    onChange()
  }
  const select = el('select', { ariaLabel: '会员' })
  select.onchange = () => choose(select.value)
  const newcomer = el('button', {}, '新人')
  newcomer.onclick = async () => {
    const member = await addMember()
    select.append(option(member))
    select.value = member.openid
    choose(member.openid)
  }
  const hint = el('p', { className: 'hint' }, '每人一部手机：换人就换登录，换回来还在。')
  panel.replaceChildren(el('h2', {}, '我是谁'), el('div', { className: 'row' }, select, newcomer), hint)
  try {
    select.append(...(await members()).map(option))
    select.value = chosen
  } catch (error) {
    hint.textContent = `没有微信沙盒，登录用不了：${(error as Error).message}`
  }
}

// Who the people of the demo are; everybody else is a newcomer.
const WHO: Record<string, string> = {
  'demo-u1': '企业联系人',
  'demo-u2': '同一企业的员工',
  'demo-u3': '同一企业的员工',
  'demo-u4': '另一家企业的联系人',
  'demo-u5': '自由职业',
  'demo-keeper': '掌门人，可进工作端',
  'demo-operator': '运营，可进工作端',
  'demo-scanner': '只管签到，可进工作端',
}

const option = ({ openid, phone }: Member) =>
  el('option', { value: openid }, `${openid}（${WHO[openid] ?? `新人，尾号 ${phone.slice(-4)}`}）`)
