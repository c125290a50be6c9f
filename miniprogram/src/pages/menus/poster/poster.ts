import * as activities from '../../../api/activities'
import * as menus from '../../../api/menus'
import * as spaces from '../../../api/spaces'
import { cardView, factsOf, sessionView } from '../../../utils/activities'
import { type Saved, saveToAlbum } from '../../../utils/album'
import { activityPoster, laidOut, menuPoster, paint, type Pen, type PosterView, WIDTH } from '../../../utils/posters'
import { textScale } from '../../../utils/screen'
import { monthName } from '../../../utils/time'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

/** Sharp enough to be printed on A4. */
const SCALE = 3

const TOLD: Record<Saved, string> = {
  saved: '已存到相册，可以发到群里或打印出来。',
  given_up: '',
  no_privacy: '没有同意隐私保护指引，所以不能写入相册。长按刚才打开的大图也能保存。',
  no_permission: '没有写入相册的权限。长按刚才打开的大图也能保存，或在右上角“设置”里打开。',
  failed: '没有存上，可能是手机空间不够。长按刚才打开的大图也能保存。',
}

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    label: '',
    height: 500,
    isPainted: false,
    isWithoutCode: false,
    isBusy: false,
    saved: '',
    savedTone: '',
  },

  query: {} as { space?: string, month?: string, activity?: string },
  poster: null as PosterView | null,
  code: '',
  canvas: null as WechatMiniprogram.Canvas | null,

  onLoad(query: { space?: string, month?: string, activity?: string }) {
    this.query = query
    void this.load()
  },

  async load() {
    this.setData({ state: 'loading' })
    try {
      const { space = '', month = '', activity } = this.query
      const asked = activity ? activities.code(activity) : menus.code(space, month)
      // A poster without a code is better than none.
      const code = asked.then(({ picture }) => picture, (error: unknown) => { console.warn('no code for the poster', error); return '' })
      this.poster = activity ? await ofActivity(activity) : await ofMenu(space, month)
      this.code = await code
      this.setData({ state: 'ready', label: `${this.poster.kicker} ${this.poster.headline}的海报`, isWithoutCode: !this.code }, () => void this.draw())
    } catch (error) {
      this.setData(trouble(error))
    }
  },

  async draw() {
    try {
      const { node: canvas, width } = await this.sheet()
      const poster = this.poster
      if (!poster) return
      canvas.width = WIDTH * SCALE
      const pen = canvas.getContext('2d') as unknown as Pen & { scale(x: number, y: number): void, drawImage(image: object, x: number, y: number, width: number, height: number): void }
      const laid = laidOut(poster, pen)
      // Setting the size wipes the canvas, so the pen is scaled only afterwards.
      canvas.height = laid.height * SCALE
      pen.scale(SCALE, SCALE)
      const at = paint(poster, laid, pen)
      if (this.code) pen.drawImage(await pictureIn(canvas, this.code), at.x, at.y, at.size, at.size)
      this.canvas = canvas
      this.setData({ height: Math.round(laid.height * width / WIDTH), isPainted: true })
    } catch (error) {
      tellTrouble(error)
    }
  },

  sheet(): Promise<{ node: WechatMiniprogram.Canvas, width: number }> {
    return new Promise((resolve) => {
      this.createSelectorQuery().select('#poster').fields({ node: true, size: true }, (found) =>
        resolve(found as unknown as { node: WechatMiniprogram.Canvas, width: number })).exec()
    })
  },

  async onSave() {
    if (this.data.isBusy || !this.canvas) return
    this.setData({ isBusy: true, saved: '' })
    try {
      const { tempFilePath } = await wx.canvasToTempFilePath({ canvas: this.canvas, fileType: 'png' })
      const saved = await saveToAlbum(tempFilePath)
      // Whoever cannot save it there may still keep the large picture.
      if (saved !== 'saved' && saved !== 'given_up') await wx.previewImage({ urls: [tempFilePath] })
      this.setData({ saved: TOLD[saved], savedTone: saved === 'saved' ? 'notice-good' : '' })
    } catch (error) {
      console.error('no picture was made of the poster', error)
      this.setData({ saved: TOLD.failed, savedTone: '' })
    }
    this.setData({ isBusy: false })
  },

  onShareAppMessage() {
    const { space, month, activity } = this.query
    const path = activity ? `/pages/activities/detail/detail?id=${activity}` : `/pages/tabs/home/home?space=${space}&month=${month}`
    const title = this.poster ? [this.poster.kicker, this.poster.headline, this.poster.isLarge ? '菜单' : ''].filter(Boolean).join(' ') : '心驿'
    return { title, path }
  },
})

async function ofMenu(spaceId: string, month: string): Promise<PosterView> {
  const now = Date.now()
  const [space, menu] = await Promise.all([spaces.show(spaceId), menus.show(spaceId, month)])
  const cards = menu.items.map((item) => cardView(item.activity, now, item.blurb)).sort((a, b) => a.next.dayKey.localeCompare(b.next.dayKey))
  return menuPoster(space.name, monthName(month), month.slice(0, 4), menu, cards)
}

async function ofActivity(id: string): Promise<PosterView> {
  const now = Date.now()
  const activity = await activities.show(id)
  return activityPoster(cardView(activity, now), activity.sessions.map((session) => sessionView(session, activity, now)), factsOf(activity, now).hosts)
}

function pictureIn(canvas: WechatMiniprogram.Canvas, source: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const image = canvas.createImage()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('the code is no picture'))
    image.src = source
  })
}
