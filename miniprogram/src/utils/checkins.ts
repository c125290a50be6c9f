/** What each answer to a scan becomes on the screen. */

import type { ApiError } from '../api/errors'
import { stampLabel } from './time'

export type ScanState =
  | 'idle' | 'working' | 'done' | 'already' | 'not_open' | 'ended' | 'expired'
  | 'walk_in' | 'not_signed_up' | 'full' | 'cancelled' | 'restricted' | 'invalid' | 'offline' | 'failed'

export interface ScanView {
  state: ScanState
  title: string
  text: string
}

type Page = (error: ApiError, now: number) => ScanView

const PAGES: Record<string, Page> = {
  not_signed_up: ({ facts }) =>
    facts['can_walk_in'] === true
      ? { state: 'walk_in', title: '您还没有报名', text: '现场还有名额，可以现在报名并签到。' }
      : { state: 'not_signed_up', title: '您没有报名本场活动', text: '现场已没有可以直接报名的名额，请向工作人员说一声。' },
  not_open: (error, now) => {
    const opens = moment(error, 'opens_at', now)
    return { state: 'not_open', title: '签到还没开始', text: opens ? `${opens} 开始签到，到时再扫一次。` : error.detail }
  },
  closed: (error, now) => {
    const closed = moment(error, 'closed_at', now)
    return {
      state: 'ended',
      title: '签到已经结束',
      text: closed ? `本场签到已于 ${closed} 结束。如果您到过现场，请联系工作人员补签。` : error.detail,
    }
  },
  token_expired: () => ({ state: 'expired', title: '码已过期', text: '屏幕上的码每 20 秒换一次，请对着屏幕再扫一次。' }),
  token_invalid: ({ detail }) => ({ state: 'invalid', title: '这不是签到码', text: detail }),
  cancelled: () => ({ state: 'cancelled', title: '活动已取消', text: '很抱歉让您白跑一趟。其他活动可以在“活动”里看到。' }),
  full: ({ detail }) => ({ state: 'full', title: '现场没有名额了', text: `${detail}。请向现场工作人员说一声，由他们安排。` }),
  not_eligible: ({ detail }) => ({ state: 'restricted', title: '这场活动有限定对象', text: detail }),
  offline: () => OFFLINE,
  timeout: () => OFFLINE,
}

const OFFLINE: ScanView = { state: 'offline', title: '网络不通', text: '签到还没有完成。请连上网络后重试，或请工作人员为您登记。' }

/** The page for a refusal. */
export function scanRefused(error: ApiError, now: number): ScanView {
  const page = PAGES[error.code]
  return page ? page(error, now) : { state: 'failed', title: '没有签到成功', text: error.detail }
}

function moment(error: ApiError, name: string, now: number): string {
  const at = error.facts[name]
  return typeof at === 'string' ? stampLabel(at, now) : ''
}

export const NOT_A_CODE: ScanView = {
  state: 'invalid',
  title: '这不是签到码',
  text: '请扫描现场大屏或工作人员手机上的签到码。印在海报上的码只能打开活动介绍。',
}
