import { type ApiError, asApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'

interface Entry {
  wanted: Set<string>
  running: boolean
  attempt: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * Reads things afresh, one read at a time for each id, however many events name it meanwhile. What is asked for
 * during a read is read once more after it, and a read that failed for want of a network is repeated: an event
 * comes only once, so what it named must not be forgotten.
 */
export class RefreshQueue {
  readonly #read: (id: string, wanted: ReadonlySet<string>) => Promise<void>
  readonly #onRefused: (id: string, error: ApiError) => void
  readonly #entries = new Map<string, Entry>()

  constructor(
    read: (id: string, wanted: ReadonlySet<string>) => Promise<void>,
    onRefused: (id: string, error: ApiError) => void,
  ) {
    this.#read = read
    this.#onRefused = onRefused
  }

  request(id: string, ...wanted: readonly string[]): void {
    const entry = this.#entries.get(id) ?? { wanted: new Set(), running: false, attempt: 0, timer: undefined }
    this.#entries.set(id, entry)
    for (const part of wanted) entry.wanted.add(part)
    if (!entry.running && entry.timer === undefined) void this.#run(id, entry)
  }

  /** The network is back: repeat at once what waits to be repeated. */
  hurry(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.timer === undefined) continue
      clearTimeout(entry.timer)
      entry.timer = undefined
      void this.#run(id, entry)
    }
  }

  stop(): void {
    for (const { timer } of this.#entries.values()) clearTimeout(timer)
    this.#entries.clear()
  }

  async #run(id: string, entry: Entry): Promise<void> {
    entry.running = true
    const wanted = entry.wanted
    entry.wanted = new Set()
    try {
      await this.#read(id, wanted)
      entry.attempt = 0
    } catch (thrown) {
      this.#failed(id, entry, wanted, asApiError(thrown))
    }
    entry.running = false
    if (this.#entries.get(id) !== entry || entry.timer !== undefined) return
    if (entry.wanted.size > 0) void this.#run(id, entry)
    else this.#entries.delete(id)
  }

  #failed(id: string, entry: Entry, wanted: ReadonlySet<string>, error: ApiError): void {
    if (this.#entries.get(id) !== entry) return
    if (!error.transient) {
      this.#onRefused(id, error)
      return
    }
    for (const part of wanted) entry.wanted.add(part)
    entry.timer = setTimeout(() => {
      entry.timer = undefined
      void this.#run(id, entry)
    }, error.retryAfterMs ?? backoffMs(entry.attempt, Math.random()))
    entry.attempt += 1
  }
}
