import type { Clock, Log } from '../ports/ambient.ts'
import type { MediaFiles, MediaStore } from '../ports/media.ts'

export interface SweepMediaDeps {
  readonly store: Pick<MediaStore, 'forgetMedia' | 'isFileUsed'>
  readonly files: Pick<MediaFiles, 'sweep'>
  readonly clock: Clock
  readonly log: Log
  readonly everyMs?: number
}

const usuallyEveryMs = 60 * 60 * 1000
/** What somebody attached and did not send. */
const unsentKeptMs = 24 * 60 * 60 * 1000

/** Forgets files that nothing refers to any more, first in the database, then on the disk. */
export function startSweepMedia({ store, files, clock, log, everyMs = usuallyEveryMs }: SweepMediaDeps) {
  let running: Promise<void> | null = null

  async function sweep(): Promise<void> {
    const forgotten = await store.forgetMedia(clock() - unsentKeptMs)
    const removed = await files.sweep(store.isFileUsed)
    if (forgotten + removed > 0) log.info({ forgotten, removed }, 'Files that nothing refers to were removed')
  }

  function run(): void {
    running ??= sweep()
      .catch((error: unknown) => log.error({ err: error }, 'Unused files could not be removed'))
      .finally(() => {
        running = null
      })
  }

  // Not at once: whoever restored the wrong copy of the database has an hour to notice before files go.
  const timer = setInterval(run, everyMs)
  timer.unref()

  return {
    async close(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}
