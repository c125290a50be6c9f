import { asApiError } from '../../api/errors'
import * as files from '../../api/files'
import { fromDraft, type Item, type Kept, MOST, PAPERS, pictureName, refusalOf, sizeLabel, standing } from '../../utils/attachments'
import { newKey } from '../../utils/keys'

interface Chosen {
  path: string
  name: string
  size: number
  isPicture: boolean
}

/** What stops each upload that is on its way. */
const stops = new Map<string, () => void>()

// Pictures and papers to send along: each uploads as soon as it is chosen; the page is told how they stand.
Component({
  properties: {
    /** What a draft had; another list replaces what is shown. */
    value: { type: Array, value: [] as Kept[] },
    /** The uploads are a staff account's, not the member's. */
    isStaff: { type: Boolean, value: false },
  },
  data: {
    items: [] as Item[],
    room: MOST,
    error: '',
  },
  observers: {
    value(value: Kept[]) { this.show(fromDraft(value, Date.now()), '') },
  },
  lifetimes: {
    detached() { for (const { key } of this.data.items) stops.get(key)?.() },
  },
  methods: {
    async onPicture() {
      await this.choose(async () => {
        const { tempFiles } = await wx.chooseMedia({ count: this.data.room, mediaType: ['image'], sizeType: ['compressed'] })
        const number = this.data.items.filter((each) => each.isPicture).length
        return tempFiles.map(({ tempFilePath: path, size }, at) => ({ path, size, name: pictureName(path, number + at + 1), isPicture: true }))
      })
    },

    async onPaper() {
      await this.choose(async () => {
        const { tempFiles } = await wx.chooseMessageFile({ count: this.data.room, type: 'file', extension: PAPERS })
        return tempFiles.map(({ path, size, name }) => ({ path, size, name, isPicture: false }))
      })
    },

    async choose(ask: () => Promise<Chosen[]>) {
      let chosen: Chosen[]
      try {
        chosen = await ask()
      } catch (error) {
        const reason = String((error as { errMsg?: string }).errMsg)
        if (!/cancel/.test(reason)) this.setData({ error: '没有打开，请在微信的设置里允许后再试' })
        return
      }
      const added = chosen.slice(0, this.data.room).map(({ size, ...each }): Item => {
        const error = refusalOf(size)
        return { ...each, key: newKey(), id: '', size: sizeLabel(size), at: 0, state: error ? 'failed' : 'sending', percent: 0, error }
      })
      this.show([...this.data.items, ...added], '')
      await Promise.all(added.filter((each) => !each.error).map((each) => this.send(each)))
    },

    async send({ key, path, name }: Item) {
      try {
        const file = await files.send(path, name, (percent) => this.change(key, { percent }), (stop) => stops.set(key, stop), this.data.isStaff)
        this.change(key, { state: 'done', percent: 100, id: file.id, name: file.name, at: Date.now() })
      } catch (thrown) {
        this.change(key, { state: 'failed', error: asApiError(thrown).detail })
      } finally {
        stops.delete(key)
      }
    },

    onRetry(event: WechatMiniprogram.TouchEvent) {
      const item = this.itemOf(event)
      if (!item?.path) return
      this.change(item.key, { state: 'sending', percent: 0, error: '' })
      void this.send(item)
    },

    onRemove(event: WechatMiniprogram.TouchEvent) {
      const item = this.itemOf(event)
      if (!item) return
      stops.get(item.key)?.()
      this.show(this.data.items.filter((each) => each.key !== item.key), '')
    },

    onLook(event: WechatMiniprogram.TouchEvent) {
      const item = this.itemOf(event)
      if (item?.isPicture && item.path) void wx.previewImage({ urls: [item.path] })
    },

    itemOf(event: WechatMiniprogram.TouchEvent): Item | undefined {
      const { key } = event.currentTarget.dataset as { key: string }
      return this.data.items.find((each) => each.key === key)
    },

    /** One that was removed meanwhile is not there to change. */
    change(key: string, values: Partial<Item>) {
      if (this.data.items.some((each) => each.key === key)) {
        this.show(this.data.items.map((each) => (each.key === key ? { ...each, ...values } : each)), '')
      }
    },

    show(items: Item[], error: string) {
      this.setData({ items, error, room: MOST - items.length })
      this.triggerEvent('change', standing(items))
    },
  },
})
