/** The questions of a sign-up or a need, and whether they are answered. */

export interface Question {
  key: string
  label: string
  kind: string
  options: string[]
  required: boolean
}

export interface Choice {
  value: string
  name: string
}

export interface QuestionView extends Question {
  answer: string
  choices: Choice[]
  error: string
}

const YES_NO: Choice[] = [{ value: 'yes', name: '是' }, { value: 'no', name: '否' }]

export function questionView(question: Question, answer = '', error = ''): QuestionView {
  const options = (question.options ?? []).map((each) => ({ value: each, name: each }))
  return { ...question, answer, error, choices: question.kind === 'yes_no' ? YES_NO : options }
}

/** The questions with a word at each required one left empty. */
export function checked(questions: QuestionView[]): QuestionView[] {
  return questions.map((each) => ({ ...each, error: each.required && !each.answer.trim() ? missing(each) : '' }))
}

/** The answers given, by key; those left empty are left out. */
export function answersOf(questions: QuestionView[]): Record<string, string> {
  const given = questions.filter((each) => each.answer.trim())
  return Object.fromEntries(given.map((each) => [each.key, each.answer.trim()]))
}

const missing = (question: QuestionView): string => (question.choices.length ? '请选择一项' : '请填写')
