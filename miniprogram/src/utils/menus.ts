import type { CardView } from './activities'

export type SeriesView = CardView['series']

/** The series that occur in the cards, each once, in the order they first occur. */
export function seriesOf(cards: CardView[]): SeriesView[] {
  const found = new Map(cards.map((card) => [card.series.id, card.series]))
  return [...found.values()]
}
