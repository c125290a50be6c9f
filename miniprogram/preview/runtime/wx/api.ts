// How a wx function answers: by callbacks when it is given any, else by a promise.

import type { Data } from '../engine'

export interface Callbacks {
  success?: (result: Data) => void
  fail?: (error: Data) => void
  complete?: (result: Data) => void
}

type Options = Data & Callbacks
type Implementation<O> = (options: O) => unknown

/** The wx object: what is not here is undefined, as an API is that WeChat does not have. */
export const wx: Record<string, unknown> = {}

/** Return the error object of a call. */
export function failure(name: string, error: unknown): Data {
  const known = error as { message?: string; errMsg?: string } | undefined
  const reason = known?.message ?? known?.errMsg ?? (typeof error === 'string' ? error : '')
  const rest = error instanceof Error ? { ...error } : typeof error === 'object' ? error : {}
  return { ...rest, errMsg: `${name}:fail ${reason}`.trim() }
}

/** Tell the outcome to whoever asked; a callback's exception is reported like any other. */
export function settle(outcome: Promise<Data>, options: Callbacks): void {
  const answer = (callback: ((result: Data) => void) | undefined, result: Data) => {
    try {
      callback?.(result)
    } catch (error) {
      reportError(error)
    }
  }
  outcome.then(
    (result) => {
      answer(options.success, result)
      answer(options.complete, result)
    },
    (error: Data) => {
      answer(options.fail, error)
      answer(options.complete, error)
    },
  )
}

/** Run an implementation; return its result with WeChat's errMsg. */
export async function run<O>(name: string, work: Implementation<O>, options: O): Promise<Data> {
  try {
    const result = (await work(options)) as Data | undefined
    return { errMsg: `${name}:ok`, ...result }
  } catch (error) {
    throw failure(name, error)
  }
}

/** Define an asynchronous API. */
export function define<O extends object = Data>(name: string, work: Implementation<O>): void {
  wx[name] = (given?: O & Options) => {
    const options = given ?? ({} as O & Options)
    const outcome = run(name, work, options)
    if (!options.success && !options.fail && !options.complete) return outcome
    settle(outcome, options)
    return undefined
  }
}
