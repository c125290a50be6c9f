import type { Page } from '../api/types'
import { type State, tellTrouble, trouble } from './trouble'

export type More = 'idle' | 'loading' | 'failed' | 'end'

/** What a page with a long list shows. */
export interface Listed<V> {
  state: State
  notice: string
  items: V[]
  more: More
}

export const nothingYet = <V>(): Listed<V> => ({ state: 'loading', notice: '', items: [], more: 'idle' })

/** Reads a long list page by page into a page's data. An answer that was overtaken is dropped. */
export class Pager<T, V> {
  private next: string | null = null
  private round = 0
  private items: V[] = []

  constructor(
    private readonly fetch: (cursor?: string) => Promise<Page<T>>,
    private readonly shown: (item: T) => V,
    private readonly put: (patch: Partial<Listed<V>>) => void,
  ) {}

  /** Read from the start. What is on the screen stays until the answer is there. */
  async first(): Promise<void> {
    const round = ++this.round
    if (!this.items.length) this.put({ state: 'loading' })
    try {
      const page = await this.fetch()
      if (round !== this.round) return
      this.take([], page)
    } catch (error) {
      if (round !== this.round) return
      if (this.items.length) tellTrouble(error)
      else this.put(trouble(error))
    }
  }

  /** Show nothing of the old list while another one is read. */
  another(): Promise<void> {
    this.items = []
    this.next = null
    return this.first()
  }

  /** Read on, unless that is under way or there is nothing more. */
  async more(): Promise<void> {
    if (!this.next) return
    const round = ++this.round
    const cursor = this.next
    this.next = null
    this.put({ more: 'loading' })
    try {
      const page = await this.fetch(cursor)
      if (round === this.round) this.take(this.items, page)
    } catch {
      if (round !== this.round) return
      this.next = cursor
      this.put({ more: 'failed' })
    }
  }

  private take(before: V[], page: Page<T>): void {
    this.next = page.next
    this.items = before.concat(page.items.map((item) => this.shown(item)))
    this.put({ state: this.items.length ? 'ready' : 'empty', items: this.items, more: page.next ? 'idle' : 'end', notice: '' })
  }
}
