/** What arrived at one end of the lab, kept in order until somebody asks for it. */
export class Inbox<T> {
  /** Everything that ever arrived, for counting. */
  readonly seen: T[] = []
  readonly #what: string
  readonly #unread: T[] = []
  readonly #waiting: ((item: T) => void)[] = []
  readonly #listeners = new Set<(item: T) => void>()

  /** @param what Names an item in the sentence of a timeout: `text for 101`. */
  constructor(what: string) {
    this.#what = what
  }

  push(item: T): void {
    this.seen.push(item)
    const waiter = this.#waiting.shift()
    if (waiter === undefined) this.#unread.push(item)
    else waiter(item)
    for (const listener of this.#listeners) listener(item)
  }

  /** The oldest item that nobody took yet, or the next to come. */
  async next(timeoutMs = 5_000): Promise<T> {
    const unread = this.#unread.shift()
    if (unread !== undefined) return unread
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const late = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
      reject(new Error(`No ${this.#what} came within ${timeoutMs} ms.`))
    }, timeoutMs)
    this.#waiting.push(resolve)
    return promise.finally(() => clearTimeout(late))
  }

  /** Called with each item as it arrives, whether or not somebody takes it. Returns what ends that. */
  onArrival(listener: (item: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
