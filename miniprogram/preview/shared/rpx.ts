// 750 rpx are the width of the screen; the iframe is the screen, so one rpx is 1/7.5 vw.

const RPX = /(-?[\d.]+)rpx\b/g

/** Return the CSS text with every rpx length as vw. */
export const rpxToVw = (css: string): string =>
  css.replace(RPX, (_, length: string) => `${Number((Number(length) / 7.5).toFixed(5))}vw`)
