import { HOSTS } from './hosts'

/** Where the API of this version is. */
export const BASE_URL = `${HOSTS[wx.getAccountInfoSync().miniProgram.envVersion]}/api/v1`

/** The wording of the privacy terms a member agrees to; a new wording asks again. */
export const PRIVACY_VERSION = '2026-11'
