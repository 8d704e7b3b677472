import { type LinkLoss, lossOf } from './pbx-error.ts'

export interface KeepReadingOptions {
  /** A full reading this often, whatever the events said. */
  readonly everyMs: number
  /** Readings that events ask for come no closer than this, or than nine times what the last one took. */
  readonly gapMs: number
  /** Reads everything once. */
  read(): Promise<void>
  /** A reading failed: nothing that follows could be trusted. */
  onFailed(loss: LinkLoss): void
}

export interface KeptReading {
  /** Something changed that only a full reading can tell. */
  ask(): void
  stop(): void
}

/** Reads at once, then again and again, one reading at a time, until stopped. */
export function keepReading(options: KeepReadingOptions): KeptReading {
  let stopped = false
  let reading = false
  let asked = false
  let tookMs = 0
  let timer: NodeJS.Timeout | undefined

  /** A large PBX whose events ask without end is not kept busy with answers. */
  const gapMs = () => Math.max(options.gapMs, 9 * tookMs)

  function plan(ms: number): void {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(() => void once(), ms)
  }

  async function once(): Promise<void> {
    reading = true
    asked = false
    const began = performance.now()
    try {
      await options.read()
    } catch (error) {
      if (!stopped) options.onFailed(lossOf(error))
      stopped = true
    }
    reading = false
    tookMs = performance.now() - began
    plan(asked ? gapMs() : options.everyMs)
  }

  void once()
  return {
    ask() {
      // A second asking does not put the reading off any further.
      if (asked) return
      asked = true
      if (!reading) plan(gapMs())
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
