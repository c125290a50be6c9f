/** Keep something on the phone. Returns false when its storage is full: the caller decides what to say. */
export function keep(key: string, value: unknown): boolean {
  try {
    wx.setStorageSync(key, value)
    return true
  } catch (error) {
    console.warn(`storage is full, ${key} was not kept`, error)
    return false
  }
}

/** What was kept under the key, or `otherwise`. */
export function kept<T>(key: string, otherwise: T): T {
  const found = wx.getStorageSync<T | ''>(key)
  return found === '' ? otherwise : (found as T)
}
