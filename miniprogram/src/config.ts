import { HOSTS } from './hosts'

/** Where the API of this version is. Asked when it is needed: the pure parts run where there is no wx. */
export const baseUrl = (): string => `${HOSTS[wx.getAccountInfoSync().miniProgram.envVersion]}/api/v1`

/** The wording of the privacy terms a member agrees to; a new wording asks again. */
export const PRIVACY_VERSION = '2026-11'
