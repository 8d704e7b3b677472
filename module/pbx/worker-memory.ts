import { getHeapStatistics } from 'node:v8'

/** More than any healthy session needs. */
const mostBytes = 128 * 1024 * 1024
const lookEveryMs = 50

/**
 * Ends this thread, and it alone, when a peer that never ends a line fills its memory. The limit that the parent
 * sets is no substitute: where V8 itself runs out, the whole process is aborted.
 */
export function guardMemory(): void {
  const look = () => {
    if (getHeapStatistics().used_heap_size > mostBytes) throw new Error('it took too much memory')
  }
  setInterval(look, lookEveryMs).unref()
}
