// Two ends of wx.navigateTo's event channel; what is emitted before the other end listens waits.

type Listener = (...args: unknown[]) => void

export class EventChannel {
  private listeners: Record<string, Listener[]> = {}
  private waiting: { name: string; args: unknown[] }[] = []
  private peer: EventChannel | null = null

  /** Return both ends; `events` are listened to at the first. */
  static pair(events: Record<string, Listener> = {}): [EventChannel, EventChannel] {
    const [mine, theirs] = [new EventChannel(), new EventChannel()]
    mine.peer = theirs
    theirs.peer = mine
    for (const [name, listener] of Object.entries(events)) mine.on(name, listener)
    return [mine, theirs]
  }

  on(name: string, listener: Listener): void {
    ;(this.listeners[name] ??= []).push(listener)
    const ripe = this.waiting.filter((each) => each.name === name)
    this.waiting = this.waiting.filter((each) => each.name !== name)
    for (const { args } of ripe) listener(...args)
  }

  once(name: string, listener: Listener): void {
    const wrapped = (...args: unknown[]) => {
      this.off(name, wrapped)
      listener(...args)
    }
    this.on(name, wrapped)
  }

  off(name: string, listener?: Listener): void {
    const others = (each: Listener) => listener !== undefined && each !== listener
    this.listeners[name] = (this.listeners[name] ?? []).filter(others)
  }

  emit(name: string, ...args: unknown[]): void {
    const { peer } = this
    if (!peer) return
    const listeners = [...(peer.listeners[name] ?? [])]
    if (listeners.length === 0) peer.waiting.push({ name, args })
    for (const listener of listeners) listener(...args)
  }
}
