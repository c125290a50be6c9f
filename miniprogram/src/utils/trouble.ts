import { asApiError } from '../api/errors'

/** What a page shows instead of its content. */
export type State = 'loading' | 'ready' | 'empty' | 'failed' | 'offline'

/** A page's state and words after something went wrong. */
export function trouble(thrown: unknown): { state: 'failed' | 'offline', notice: string } {
  const error = asApiError(thrown)
  return { state: error.isOffline ? 'offline' : 'failed', notice: error.detail }
}

/** Say in a toast what went wrong while the page's content stays. */
export function tellTrouble(thrown: unknown): void {
  void wx.showToast({ title: asApiError(thrown).detail, icon: 'none', duration: 3000 })
}
