/** A value that can be watched: the one thing that stores and elements share. Values are replaced, never changed. */
export class Observed<T> {
  #value: T
  readonly #listeners = new Set<(value: T) => void>()

  constructor(initial: T) {
    this.#value = initial
  }

  get value(): T {
    return this.#value
  }

  set(next: T): void {
    if (next === this.#value) return
    this.#value = next
    for (const listener of [...this.#listeners]) listener(next)
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value))
  }

  /** Calls back on every new value until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
