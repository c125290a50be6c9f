/** Saving a picture where the person keeps theirs, and every way that can be refused. */

type Refusal = { errMsg?: string, errno?: number }

/** WeChat's number for a person who did not agree to the privacy guideline. */
const NO_PRIVACY = 104

export type Saved = 'saved' | 'given_up' | 'no_privacy' | 'no_permission' | 'failed'

/** Put a picture into the album and say how that went. */
export async function saveToAlbum(filePath: string): Promise<Saved> {
  try {
    await wx.saveImageToPhotosAlbum({ filePath })
    return 'saved'
  } catch (error) {
    return refusedAs(error as Refusal)
  }
}

/** Whether something was refused because the person did not agree to the privacy guideline. */
export const isWithoutPrivacy = (error: unknown): boolean => {
  const { errno, errMsg = '' } = error as Refusal
  return errno === NO_PRIVACY || /privacy/i.test(errMsg)
}

function refusedAs(error: Refusal): Saved {
  const { errMsg = '' } = error
  if (isWithoutPrivacy(error)) return 'no_privacy'
  if (/cancel/.test(errMsg)) return 'given_up'
  if (/auth|permission|denied/.test(errMsg)) return 'no_permission'
  console.error('the picture was not saved', error)
  return 'failed'
}
