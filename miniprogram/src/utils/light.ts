/** The light of the screen while a code is shown: brighter for the scanner, and back as it was. */

let before: number | null = null
let isWanted = false

/** As bright as it gets, and awake. A phone that refuses shows the code all the same. */
export async function brighten(): Promise<void> {
  isWanted = true
  void wx.setKeepScreenOn({ keepScreenOn: true, fail: ignored })
  try {
    const { value } = await wx.getScreenBrightness()
    if (!isWanted || before !== null) return // left meanwhile, or bright already
    before = value
    await wx.setScreenBrightness({ value: 1 })
  } catch (error) {
    ignored(error)
  }
}

/** The light this person had chosen. */
export function dim(): void {
  isWanted = false
  void wx.setKeepScreenOn({ keepScreenOn: false, fail: ignored })
  if (before === null) return
  void wx.setScreenBrightness({ value: before, fail: ignored })
  before = null
}

function ignored(error: unknown): void {
  console.warn('the screen keeps its light', error)
}
