import JsSha from 'jssha'
import * as signups from '../../../api/signups'
import type { DrawOut } from '../../../api/types'
import { drawView, type DrawView, isTrue } from '../../../utils/draws'
import { textScale } from '../../../utils/screen'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    draw: null as DrawView | null,
    code: '',
    /** What drawing once more on this phone came to. */
    check: '' as '' | 'true' | 'false',
    isOpen: false,
  },

  session: '',
  answer: null as DrawOut | null,

  onLoad(query: { session?: string, code?: string }) {
    this.session = query.session ?? ''
    this.setData({ code: query.code ?? '' })
    void this.load()
  },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  async load() {
    try {
      this.answer = await signups.draw(this.session)
      this.setData({ state: 'ready', draw: drawView(this.answer, this.data.code, Date.now()), check: '' })
    } catch (error) {
      if (this.answer) tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  onCheck() {
    if (this.answer) this.setData({ check: isTrue(this.answer, sha256) ? 'true' : 'false' })
  },

  onOpen() { this.setData({ isOpen: !this.data.isOpen }) },
})

function sha256(text: string): string {
  return new JsSha('SHA-256', 'TEXT', { encoding: 'UTF8' }).update(text).getHash('HEX')
}
