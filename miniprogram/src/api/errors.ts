import type { ProblemOut } from './types'

/** Why a call did not do what was asked, with a sentence fit to show. */
export class ApiError extends Error {
  constructor(
    /** Stable: the server's `code`, or `offline`, `timeout`, `server` when no problem was answered. */
    readonly code: string,
    readonly detail: string,
    /** 0 when nothing was answered at all. */
    readonly status: number,
    readonly facts: Partial<ProblemOut> & Record<string, unknown> = {},
  ) {
    super(detail)
    this.name = 'ApiError'
  }

  /** What is wrong with each field, by its name. */
  get fields(): Record<string, string> {
    return Object.fromEntries((this.facts.errors ?? []).map((each) => [each.field, each.message]))
  }

  /** Whether the phone, not the server, is the trouble. */
  get isOffline(): boolean {
    return this.code === 'offline' || this.code === 'timeout'
  }
}

/** The refusal in an answer of the server, whatever came back. */
export function refusal(status: number, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body.code, body.detail, status, { ...body })
  return new ApiError('server', '服务器暂时没有回应，请稍后再试', status)
}

/** The error of a call that was never answered. */
export function unanswered(reason: string): ApiError {
  if (/time\s*out/i.test(reason)) return new ApiError('timeout', '网络太慢，没有等到回应，请重试', 0)
  return new ApiError('offline', '网络连接不上，请检查网络后重试', 0)
}

/** Any thrown thing as an ApiError; what is no ApiError is a bug and stays visible in the console. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  console.error(thrown)
  return new ApiError('bug', '页面出了点问题，请返回重试', 0)
}

function isProblem(body: unknown): body is ProblemOut {
  const some = body as Partial<ProblemOut> | null
  return typeof some === 'object' && some !== null && typeof some.code === 'string' && typeof some.detail === 'string'
}
