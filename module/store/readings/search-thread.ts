import { Worker } from 'node:worker_threads'
import type { SearchPage, SearchQuery } from '../../app/ports/stored.ts'

export interface SearchOrder {
  readonly id: number
  readonly query: SearchQuery
}

export type SearchAnswer =
  | { readonly id: number; readonly page: SearchPage }
  | { readonly id: number; readonly failure: string }

export interface SearchThread {
  search(query: SearchQuery): Promise<SearchPage>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (page: SearchPage) => void
  readonly reject: (error: Error) => void
  readonly late: NodeJS.Timeout
}

/** Whoever waited so long has typed something else; what still runs is ended with its thread. */
const deadlineMs = 10_000

/** The thread that searches the database: begun by the first search, and anew after one that failed. */
export function createSearchThread(file: string): SearchThread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let lastId = 0

  function begun(): Worker {
    if (worker !== null) return worker
    const made = new Worker(new URL('./search-worker.ts', import.meta.url), { workerData: { file } })
    // Nothing waits for it but those who search.
    made.unref()
    made.on('message', settle)
    made.on('error', (error) => abandon(made, error))
    made.on('exit', () => abandon(made, new Error('the thread that searches ended')))
    worker = made
    return made
  }

  function settle(answer: SearchAnswer): void {
    const asked = waiting.get(answer.id)
    if (asked === undefined) return
    waiting.delete(answer.id)
    clearTimeout(asked.late)
    if ('page' in answer) asked.resolve(answer.page)
    else asked.reject(new Error(`the search failed: ${answer.failure}`))
  }

  function abandon(ended: Worker, error: Error): void {
    if (worker !== ended) return
    worker = null
    for (const { reject, late } of waiting.values()) {
      clearTimeout(late)
      reject(error)
    }
    waiting.clear()
    void ended.terminate()
  }

  return {
    search: (query) =>
      new Promise((resolve, reject) => {
        const thread = begun()
        lastId += 1
        const late = setTimeout(
          () => abandon(thread, new Error(`the search took longer than ${deadlineMs} ms`)),
          deadlineMs,
        )
        waiting.set(lastId, { resolve, reject, late })
        thread.postMessage({ id: lastId, query } satisfies SearchOrder)
      }),
    async close() {
      const ended = worker
      if (ended === null) return
      abandon(ended, new Error('the database was closed'))
      await ended.terminate()
    },
  }
}
