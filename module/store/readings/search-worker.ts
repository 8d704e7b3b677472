// Searches on a connection of its own, so that no search keeps a message waiting.
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { createGroupTable } from '../tables/group-table.ts'
import { createPersonalTable } from '../tables/personal-table.ts'
import { createConversationList } from './conversation-list.ts'
import { createSearch } from './search.ts'
import type { SearchAnswer, SearchOrder } from './search-thread.ts'

const { file } = workerData as { file: string }
const db = new Database(file, { readonly: true, fileMustExist: true })
const groups = createGroupTable(db)
const search = createSearch(db, groups, createConversationList(db, groups, createPersonalTable(db)))

parentPort?.on('message', ({ id, query }: SearchOrder) => {
  parentPort?.postMessage(answerTo(id, () => search(query)))
})

function answerTo(id: number, find: () => ReturnType<typeof search>): SearchAnswer {
  try {
    return { id, page: find() }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}
