import { setTimeout as sleep } from 'node:timers/promises'
import type { AsteriskInstance } from './asterisk-instance.ts'

export interface KeptRunning {
  /** From here on nobody starts it again; resolves when no start is under way any more. */
  stop(): Promise<void>
}

export interface KeepRunningOptions {
  say(sentence: string): void
  /** The wait before another try when it would not start; it grows with each. */
  readonly retryMs?: number
}

const longestWaitMs = 30_000

/** Starts Asterisk again whenever it ends by itself, as the supervisor of a real PBX does. */
export function keepRunning(
  asterisk: Pick<AsteriskInstance, 'start' | 'untilEnd' | 'isRunning'>,
  { say, retryMs = 1_000 }: KeepRunningOptions,
): KeptRunning {
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      await Promise.race([asterisk.untilEnd(), stopped])
      for (let waitMs = retryMs; !stopping.signal.aborted && !asterisk.isRunning(); waitMs *= 2) {
        say('Asterisk ended. Starting it again.')
        await asterisk.start().catch((error: unknown) => say(String(error)))
        if (!asterisk.isRunning()) await pause(Math.min(waitMs, longestWaitMs))
      }
      if (stopping.signal.aborted) return
    }
  }

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  return {
    async stop() {
      stopping.abort()
      await kept
    },
  }
}
