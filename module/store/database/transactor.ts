import type { Transactor } from './commit-queue.ts'
import type { Connection } from './connection.ts'

/** SQLite's transactions, by prepared statements. */
export function sqliteTransactor(db: Connection): Transactor {
  // IMMEDIATE takes the write lock at once, so that no verb meets SQLITE_BUSY half way.
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const savepoint = db.prepare('SAVEPOINT verb')
  const release = db.prepare('RELEASE verb')
  const rollbackTo = db.prepare('ROLLBACK TO verb')
  return {
    get inTransaction() {
      return db.inTransaction
    },
    begin: () => void begin.run(),
    commit() {
      if (!db.inTransaction) throw new Error('the transaction was rolled back under its verbs')
      commit.run()
      if (db.inTransaction) throw new Error('the transaction still stands after COMMIT')
    },
    rollback: () => void rollback.run(),
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    undo() {
      rollbackTo.run()
      release.run()
    },
  }
}
