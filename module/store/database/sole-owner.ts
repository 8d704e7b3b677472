import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError, sqliteCode } from './store-error.ts'

/**
 * Makes this process the only one that works on a database: two would each settle and send what the other is
 * sending. The lock is the kernel's, on a file of its own beside the database, so that it goes with the process,
 * killed or not, and nobody who only reads is in its way. Returns what lets go of it.
 * @throws StoreError `busy`, `not-openable`
 */
export function becomeSoleOwner(file: string): () => void {
  const lockFile = `${file}-owner`
  try {
    closeSync(openSync(lockFile, 'a', 0o600))
    const lock = new Database(lockFile, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') === true)
      throw new StoreError(
        'busy',
        `Another Parley works on ${file}. Stop that one first, or give this one a dataFolder of its own.`,
        error,
      )
    throw new StoreError('not-openable', `${lockFile} can't be opened: ${reasonOf(error)}.`, error)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
