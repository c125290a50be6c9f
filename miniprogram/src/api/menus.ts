import { get } from './request'
import type { CodePictureOut, MenuOut } from './types'

export const show = (space: string, month: string): Promise<MenuOut> => get('/menus', { space, month })
/** The code that opens it; refused with `no_code` while WeChat draws none. */
export const code = (space: string, month: string): Promise<CodePictureOut> => get('/menus/code', { space, month })
