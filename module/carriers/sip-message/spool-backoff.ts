import type { Clock } from '../../app/ports/ambient.ts'
import type { Millis } from '../../domain/ids.ts'

export interface SpoolFailure {
  readonly attempts: number
  /** Not to be tried again before. */
  readonly notBefore: Millis
}

/** Remembers what failed, by file, and when everything did. */
export interface SpoolBackoff {
  /** Whether this file may be tried now. */
  isDue(name: string): boolean
  /** Everything fails: it is not the files, and no use in trying thousands of them. */
  isOutage(): boolean
  /** One file's message could not be stored. */
  storeFailed(name: string): SpoolFailure
  /** True when that ended an outage: then whatever it delayed is due. */
  storeWorked(name: string): boolean
  /** One file could not be handled, which says nothing of the store. */
  fileFailed(name: string): SpoolFailure
  forgetAllBut(names: ReadonlySet<string>): void
}

const firstRetryMs: Millis = 1000
const longestRetryMs: Millis = 60_000
const outageAfterFailures = 64
const outageRetryMs: Millis = 5000

export function createSpoolBackoff(clock: Clock): SpoolBackoff {
  const failures = new Map<string, SpoolFailure>()
  let storeFailuresInARow = 0
  let resumeAt: Millis = 0

  function fileFailed(name: string): SpoolFailure {
    const attempts = (failures.get(name)?.attempts ?? 0) + 1
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (attempts - 1))
    const failure = { attempts, notBefore: clock() + waitMs }
    failures.set(name, failure)
    return failure
  }

  return {
    isDue: (name) => (failures.get(name)?.notBefore ?? 0) <= clock(),
    isOutage: () => storeFailuresInARow >= outageAfterFailures && clock() < resumeAt,
    storeFailed(name) {
      storeFailuresInARow += 1
      resumeAt = clock() + outageRetryMs
      return fileFailed(name)
    },
    storeWorked(name) {
      const endsOutage = storeFailuresInARow >= outageAfterFailures
      storeFailuresInARow = 0
      failures.delete(name)
      if (endsOutage)
        for (const [other, { attempts }] of failures) failures.set(other, { attempts, notBefore: 0 })
      return endsOutage
    },
    fileFailed,
    forgetAllBut(names) {
      for (const name of failures.keys()) if (!names.has(name)) failures.delete(name)
    },
  }
}
