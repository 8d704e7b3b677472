/** What has been begun and must be awaited before a carrier closes: cutting a send short would make it unknown. */
export class UnderWay {
  readonly #running = new Set<Promise<unknown>>()

  async run<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running)
  }
}
