import { get } from './request'
import type { MenuOut } from './types'

export const show = (space: string, month: string): Promise<MenuOut> => get('/menus', { space, month })
