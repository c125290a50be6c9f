/** This phone as a device of each Space's door: made known once, by a key that stays here. */

import type { ApiError } from '../../../api/errors'
import { keep, kept } from '../../../utils/storage'
import * as door from './api'
import { steward } from './keeping'

const KEY = 'door:device:'
const LONGEST = 30

const flights = new Map<string, Promise<string>>()

/** Do something with this phone's key for a Space. A key the server does not know is got anew, once;
 *  one it has sent away is not: whoever did that meant it. */
export async function withKey<T>(spaceId: string, act: (key: string) => Promise<T>): Promise<T> {
  const key = await keyOf(spaceId)
  try {
    return await act(key)
  } catch (error) {
    if ((error as ApiError).code !== 'device_required') throw error
    wx.removeStorageSync(KEY + spaceId)
    return act(await keyOf(spaceId))
  }
}

async function keyOf(spaceId: string): Promise<string> {
  const known = kept(KEY + spaceId, '')
  if (known) return known
  const flight = flights.get(spaceId) ?? register(spaceId).finally(() => flights.delete(spaceId))
  flights.set(spaceId, flight)
  return flight
}

async function register(spaceId: string): Promise<string> {
  const { model } = wx.getDeviceInfo()
  const me = await steward()
  const name = [me?.name, model.split('<')[0]].filter(Boolean).join(' ').slice(0, LONGEST).trim()
  const { key } = await door.addDevice(spaceId, name)
  keep(KEY + spaceId, key)
  return key
}
