import { confirmScan, lookAtScan } from '../../../api/auth'
import { asApiError } from '../../../api/errors'
import type { ScanOut } from '../../../api/types'
import { computerCodeOf, linkOf } from '../../../utils/codes'
import { goBack, textScale } from '../../../utils/screen'
import { stampLabel } from '../../../utils/time'

type State = 'loading' | 'ready' | 'done' | 'failed' | 'offline'

/** A computer waits for this phone's yes. Nothing happens before its owner has seen where it stands. */
Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    scan: null as null | ScanOut,
    asked: '',
    isBusy: false,
  },

  code: '',

  onLoad(query: { q?: string, code?: string }) {
    this.code = query.code ?? computerCodeOf(linkOf(query))
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const scan = await lookAtScan(this.code)
      this.setData({ state: 'ready', scan, asked: stampLabel(scan.asked_at, Date.now()) })
    } catch (thrown) {
      this.fail(thrown)
    }
  },

  async onConfirm() {
    if (this.data.isBusy) return
    this.setData({ isBusy: true })
    try {
      await confirmScan(this.code)
      this.setData({ state: 'done' })
    } catch (thrown) {
      this.fail(thrown)
    } finally {
      this.setData({ isBusy: false })
    }
  },

  fail(thrown: unknown) {
    const error = asApiError(thrown)
    this.setData({ state: error.isOffline ? 'offline' : 'failed', notice: error.message })
  },

  onBack() {
    goBack()
  },
})
