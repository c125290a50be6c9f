import * as surveys from '../../../api/surveys'
import { datasetOf, goTo, textScale } from '../../../utils/screen'
import { type SurveyLine, surveyLine } from '../../../utils/surveys'
import { type State, tellTrouble, trouble } from '../../../utils/trouble'

Page({
  data: {
    screen: textScale(),
    state: 'loading' as State,
    notice: '',
    items: [] as SurveyLine[],
  },

  onShow() { void this.load() },

  async load() {
    try {
      const { items } = await surveys.index()
      this.setData({ state: items.length ? 'ready' : 'empty', items: items.map((each) => surveyLine(each)) })
    } catch (error) {
      if (this.data.state === 'ready') tellTrouble(error)
      else this.setData(trouble(error))
    }
  },

  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    goTo(`/pages/surveys/answer/answer?id=${datasetOf<{ id: string }>(event).id}`)
  },
})
