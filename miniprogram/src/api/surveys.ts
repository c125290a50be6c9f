import { get, post } from './request'
import type { SurveyAnswersIn, SurveyOut, SurveysOut } from './types'

export const index = (): Promise<SurveysOut> => get('/surveys')
export const show = (id: string): Promise<SurveyOut> => get(`/surveys/${id}`)
/** Once. Carries no key of its own: what the server keeps under one would tell who answered what. */
export const answer = (id: string, body: SurveyAnswersIn): Promise<void> => post(`/surveys/${id}/answers`, body)
