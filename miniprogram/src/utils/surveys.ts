/** Surveys as they read on the phone. */

import type { SurveyBriefOut, SurveyOut } from '../api/types'

export interface SurveyLine {
  id: string
  title: string
  from: string
  about: string
  until: string
  isAnswered: boolean
}

export function surveyLine(survey: SurveyBriefOut): SurveyLine {
  const [, month, day] = survey.ends_on.split('-').map(Number)
  return {
    id: survey.id,
    title: survey.title,
    from: survey.from_name,
    about: `${survey.questions_count} 题 · ${survey.is_anonymous ? '匿名' : '具名'}`,
    until: `填到${month}月${day}日`,
    isAnswered: survey.is_answered,
  }
}

/** What becomes of the answers, said before the first question. */
export function promiseOf(survey: SurveyOut): string {
  const promise = survey.is_anonymous
    ? '匿名问卷：我们不记是谁填的，也不记时间，谁也查不出。交上去后不能再改。'
    : '具名问卷：工作人员能看到是您填的。交上去后不能再改。'
  const isWritten = survey.questions.some((each) => each.kind === 'text')
  return isWritten ? `${promise}自己写的话会先经过微信的内容安全检查。` : promise
}
