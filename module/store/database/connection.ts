import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { registerSearchFunctions } from '../readings/message-search.ts'
import { StoreError } from './store-error.ts'

/**
 * A connection, on which each table prepares its statements once. In their WHERE and LIMIT a value is written
 * `+?`: this SQLite keeps statistics (STAT4), so with a bare `?` it may plan a statement anew for every value,
 * which costs ten times its run; the plus hides the value and changes nothing else.
 */
export type Connection = Database.Database

export interface ConnectionOptions {
  readonly file: string
  /** Gets every statement as it runs, values filled in. For tests. */
  readonly onStatement?: (sql: string) => void
}

/** While it is opened and brought up to date. */
const busyTimeoutMs = 5000
/** At work: SQLite's own waiting stands everything else still, webhooks included. The commit queue waits instead. */
const atWorkTimeoutMs = 5
const cacheKiB = 32 * 1024
/** 64 MB at SQLite's page size; a start after a crash reads so much in well under a second. */
const walPagesBeforeCheckpoint = 16_384
const keptWalBytes = 64 * 1024 * 1024

/**
 * Opens the database so that a COMMIT that returned is on disk.
 * @throws StoreError `not-openable`
 */
export function openConnection({ file, onStatement }: ConnectionOptions): Connection {
  try {
    // Made by us first: customers' messages are nobody else's to read, and SQLite would follow the umask.
    closeSync(openSync(file, 'a', 0o600))
    const db = new Database(file, {
      timeout: busyTimeoutMs,
      ...(onStatement === undefined ? {} : { verbose: (sql) => onStatement(String(sql)) }),
    })
    configure(db, file)
    registerSearchFunctions(db)
    return db
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError('not-openable', `The database ${file} can't be opened: ${reasonOf(error)}.`, error)
  }
}

/** From now on nobody stands still for another process that holds the database. */
export const beginWork = (db: Connection): void => void db.pragma(`busy_timeout = ${atWorkTimeoutMs}`)

function configure(db: Connection, file: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true })
  // WAL defaults to NORMAL here, which may lose what was acknowledged when the power fails.
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  // A savepoint notes every page that its verb changes; on disk, which is the default, these notes halve the rate.
  db.pragma('temp_store = MEMORY')
  db.pragma(`cache_size = -${cacheKiB}`)
  // Pages of busy tables change again and again: the later they are copied home, the fewer copies and fsyncs.
  db.pragma(`wal_autocheckpoint = ${walPagesBeforeCheckpoint}`)
  db.pragma(`journal_size_limit = ${keptWalBytes}`)
  if (mode === 'wal' && db.pragma('synchronous', { simple: true }) === 2) return
  db.close()
  throw new StoreError(
    'not-openable',
    `The file system of ${file} can't keep a write-ahead log. Put the database on a local disk, not on a network share.`,
  )
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
