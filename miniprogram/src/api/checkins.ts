import { post } from './request'
import type { CheckedInOut, CheckinIn, RatingIn, RatingOut } from './types'

export const checkIn = (body: CheckinIn): Promise<CheckedInOut> => post('/checkins', body)
export const rate = (id: string, body: RatingIn): Promise<RatingOut> => post(`/checkins/${id}/rating`, body)
