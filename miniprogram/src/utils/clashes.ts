/** The same words changed in two places: what stands on each side, and which one is to stay. */

export type Words = Record<string, string>

export interface Clash {
  name: string
  label: string
  mine: string
  theirs: string
  take: 'mine' | 'theirs'
}

/** Where two versions differ, in the order of the labels. What I wrote stays unless I say otherwise. */
export function clashesOf(labels: Words, mine: Words, theirs: Words): Clash[] {
  return Object.entries(labels)
    .map(([name, label]): Clash => ({ name, label, mine: mine[name] ?? '', theirs: theirs[name] ?? '', take: 'mine' }))
    .filter((each) => each.mine !== each.theirs)
}

/** My words with those of the other side where they were chosen. */
export function settled(mine: Words, clashes: Clash[]): Words {
  return { ...mine, ...Object.fromEntries(clashes.map((each) => [each.name, each[each.take]])) }
}
