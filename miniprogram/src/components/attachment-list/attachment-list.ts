import { unanswered } from '../../api/errors'
import { type FileView, PAPERS } from '../../utils/attachments'
import { tellTrouble } from '../../utils/trouble'

type PaperKind = WechatMiniprogram.OpenDocumentOption['fileType']

// What came with a need or an answer: pictures are looked at, papers are opened.
Component({
  properties: {
    items: { type: Array, value: [] as FileView[] },
  },
  data: {
    /** The paper that is being fetched. */
    fetching: '',
  },
  methods: {
    onOpen(event: WechatMiniprogram.TouchEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      const all = this.properties.items as FileView[]
      const file = all.find((each) => each.id === id)
      if (!file?.address) return
      if (file.isPicture) {
        const urls = all.filter((each) => each.isPicture && each.address).map((each) => each.address)
        void wx.previewImage({ current: file.address, urls })
      } else if (!this.data.fetching) {
        void this.open(file)
      }
    },

    async open({ id, address, name }: FileView) {
      this.setData({ fetching: id })
      try {
        const { tempFilePath, statusCode } = await fetched(address)
        // A link works for a while only; the page's next load brings a fresh one.
        if (statusCode !== 200) {
          this.triggerEvent('stale')
          void wx.showToast({ title: '已刷新，请再点一次', icon: 'none' })
        } else {
          const kind = name.split('.').pop() ?? ''
          await wx.openDocument({ filePath: tempFilePath, showMenu: true, ...(isShown(kind) ? { fileType: kind as PaperKind } : {}) })
        }
      } catch (error) {
        tellTrouble(unanswered(String((error as { errMsg?: string }).errMsg)))
      }
      this.setData({ fetching: '' })
    },
  },
})

const isShown = (kind: string): boolean => PAPERS.includes(kind) && kind !== 'txt'

/** downloadFile answers by callbacks only. */
const fetched = (url: string): Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult> =>
  new Promise((resolve, reject) => {
    wx.downloadFile({ url, success: resolve, fail: reject })
  })
