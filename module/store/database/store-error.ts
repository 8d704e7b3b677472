import Database from 'better-sqlite3'

export type StoreErrorCode =
  /** The file can't be opened or is no database of ours. */
  | 'not-openable'
  /** A newer Parley wrote this database. */
  | 'schema-newer'
  /** A migration that ran already was changed afterwards. */
  | 'migration-changed'
  /** The secret key is not the one this database was made with. */
  | 'wrong-key'
  /** A copy could not be made. */
  | 'not-copied'
  /** A sealed secret was altered. */
  | 'secret-unreadable'
  | 'disk-full'
  /** Another process holds the database. */
  | 'busy'
  /** The transaction could not be committed: nothing of it was stored. */
  | 'commit-failed'
  /** The disk failed while committing: the process must end, since nobody knows what is stored. */
  | 'broken'
  | 'closed'

/** What the store can't do, with a sentence for the operator who reads it. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    this.code = code
  }
}

/** SQLite's own word for what went wrong, `SQLITE_FULL`; null for any other error. */
export const sqliteCode = (error: unknown): string | null =>
  error instanceof Database.SqliteError ? error.code : null

/** Why a verb failed, told so that an operator can act on it; an error that is not SQLite's stays as it is. */
export function explained(error: unknown): unknown {
  const code = sqliteCode(error)
  if (code === null) return error
  if (code === 'SQLITE_FULL') {
    return new StoreError(
      'disk-full',
      'The disk that holds the database is full, so nothing was stored. Free some space; Parley goes on by itself.',
      error,
    )
  }
  if (isHeldElsewhere(error)) {
    return new StoreError(
      'busy',
      'Another process holds the database, so nothing was stored. Find what else has it open and end that.',
      error,
    )
  }
  return error
}

/** Another process writes just now: nothing was begun, and a moment later it may be free. */
export const isHeldElsewhere = (error: unknown): boolean =>
  sqliteCode(error)?.startsWith('SQLITE_BUSY') === true

/** After these nobody can say what is on disk; going on could acknowledge what is lost. */
export function isFatal(error: unknown): boolean {
  const code = sqliteCode(error) ?? ''
  return code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}
