/** Which server each version of the mini-program talks to; the paths below it are the API's. */
const SERVERS: Record<WechatMiniprogram.AccountInfo['miniProgram']['envVersion'], string> = {
  develop: 'http://127.0.0.1:8790',
  trial: 'https://trial.xinyi.example.org',
  release: 'https://xinyi.example.org',
}

export const BASE_URL = `${SERVERS[wx.getAccountInfoSync().miniProgram.envVersion]}/api/v1`

/** The wording of the privacy terms a member agrees to; a new wording asks again. */
export const PRIVACY_VERSION = '2026-11'
