/** The questions of a survey or of a season of visits, as they are asked on a phone. */

import type { VisitQuestionOut } from '../api/types'

export interface AskedView extends Pick<VisitQuestionOut, 'key' | 'label' | 'kind' | 'required'> {
  answer: string
  options: { value: string, isOn: boolean }[]
  /** What the ends of a scale mean; empty where nobody said. */
  ends: string
  error: string
}

const STEPS = ['1', '2', '3', '4', '5']

export function askedView(question: VisitQuestionOut, answer = ''): AskedView {
  const { key, label, kind, required, options } = question
  const ends = kind === 'scale' && options.length === 2 ? `1 = ${options[0]}，5 = ${options[1]}` : ''
  const choices = kind === 'scale' ? STEPS : kind === 'text' ? [] : options
  return { key, label, kind, required, answer, ends, options: marked(choices, answer), error: '' }
}

/** The question after an option was tapped: one of several, or another tap to take it back. */
export function pickOption(asked: AskedView, value: string): AskedView {
  const choices = asked.options.map((each) => each.value)
  const on = asked.answer ? asked.answer.split('\n') : []
  const rest = on.includes(value) ? on.filter((each) => each !== value) : [...(asked.kind === 'multi' ? on : []), value]
  const answer = choices.filter((each) => rest.includes(each)).join('\n')
  return { ...asked, answer, options: marked(choices, answer), error: '' }
}

/** The answers given, by key; those left empty are left out. */
export function givenAnswers(asked: AskedView[]): Record<string, string> {
  const given = asked.filter((each) => each.answer.trim())
  return Object.fromEntries(given.map((each) => [each.key, each.answer.trim()]))
}

/** The questions with a word at each required one left empty. On a visit, whoever answers nothing at all was not asked. */
export function wrongAnswers(asked: AskedView[], isAsked = asked.some((each) => each.answer.trim())): AskedView[] {
  return asked.map((each) => ({ ...each, error: isAsked && each.required && !each.answer.trim() ? '请回答这一题' : '' }))
}

function marked(choices: string[], answer: string): AskedView['options'] {
  const on = answer.split('\n')
  return choices.map((value) => ({ value, isOn: on.includes(value) }))
}
