import type { SpaceOut } from '../api/types'

export interface Spot {
  address: string
  latitude: number | null
  longitude: number | null
}

const NOWHERE: Spot = { address: '', latitude: null, longitude: null }

/** Where on the map a session's place is: its venue, else the venue's tower, else the Space's address. */
export function spotOf(space: SpaceOut, place: string): Spot {
  const venue = space.venues.find((each) => place.startsWith(each.name))
  const tower = space.buildings.find((each) => each.id === venue?.building_id)
  const known: Spot[] = [venue ?? NOWHERE, tower ?? NOWHERE]
  const located = known.find((each) => each.latitude !== null && each.longitude !== null) ?? NOWHERE
  const address = known.find((each) => each.address)?.address ?? space.address
  return { address, latitude: located.latitude, longitude: located.longitude }
}
