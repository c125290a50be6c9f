import { baseUrl } from '../config'
import { upload } from './request'
import type { FileOut } from './types'

/** Send a picture or a paper; `name` is what people know it by, because WeChat's own paths tell nothing. */
export const send = (
  filePath: string, name: string, onProgress: (percent: number) => void, onStart: (stop: () => void) => void, isStaff = false,
): Promise<FileOut> => upload({ path: isStaff ? '/staff/files' : '/files', filePath, fields: { name }, onProgress, onStart })

/** The whole address of a file's link, for what fetches without us: `<image>`, previewImage, downloadFile. */
export const addressOf = (url: string): string => baseUrl().replace(/\/api\/v1$/, '') + url
