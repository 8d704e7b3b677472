import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { syncFile } from './copy-database.ts'
import { newestOf, readMigrations } from './migrations.ts'
import { becomeSoleOwner } from './sole-owner.ts'
import { StoreError } from './store-error.ts'

/**
 * Puts a copy in a database's place and keeps what was there. Ends with the old database or the new one in place,
 * whole, wherever it is interrupted.
 * @param kept folder for what was there
 * @returns the file that keeps what was there; null where there was nothing
 * @throws StoreError `busy` while a Parley works on it, `not-openable`, `schema-newer` for a copy that can't be used
 */
export function restoreDatabase(options: {
  readonly file: string
  readonly copy: string
  readonly kept: string
  readonly stamp: string
}): string | null {
  const { file, copy, kept, stamp } = options
  const giveUpOwnership = becomeSoleOwner(file)
  const draft = `${file}.restoring`
  try {
    rmSync(draft, { force: true })
    copyFileSync(copy, draft)
    chmodSync(draft, 0o600)
    makeUsable(draft, copy)
    syncFile(draft)
    const aside = existsSync(file) ? keep(file, kept, stamp) : null
    renameSync(draft, file)
    syncFile(dirname(file))
    return aside
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError('not-openable', `${copy} could not be restored: ${reasonOf(error)}.`, error)
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true })
    giveUpOwnership()
  }
}

/** Only what this Parley can go on with, as a history of its own. */
function makeUsable(draft: string, copy: string): void {
  const unusable = (why: string) => new StoreError('not-openable', `${copy} can't be restored: ${why}.`)
  const db = new Database(draft, { fileMustExist: true })
  try {
    const faults = db.prepare<[], string>('PRAGMA quick_check(3)').pluck().all()
    if (faults.some((fault) => fault !== 'ok')) throw unusable(`it is damaged (${faults.join('; ')})`)
    const schema = db
      .prepare<[], number>("SELECT count(*) FROM sqlite_master WHERE name IN ('schema_migrations', 'meta')")
      .pluck()
      .get()
    if (schema !== 2) throw unusable('it is no database of Parley’s')
    const newest = db.prepare<[], number>('SELECT max(version) FROM schema_migrations').pluck().get() ?? 0
    const known = newestOf(readMigrations())
    if (newest > known)
      throw new StoreError(
        'schema-newer',
        `${copy} has schema ${newest}, and this Parley knows schema ${known} at most. Install the newer Parley first.`,
      )
    db.pragma('journal_mode = DELETE')
    // What waited to be sent when the copy was made may have left since: marked as under way, it becomes `unknown`
    // at the next start and is shown, and nothing goes out twice. A cursor of the other history is worth nothing here.
    db.transaction(() => {
      db.prepare('UPDATE outbox SET sending = 1').run()
      db.prepare(
        "UPDATE messages SET state = 'sending' WHERE seq IN (SELECT message_seq FROM outbox WHERE kind = 'message')",
      ).run()
      db.prepare('UPDATE meta SET epoch = ?').run(randomBytes(12).toString('base64url'))
    })()
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw unusable(reasonOf(error))
  } finally {
    db.close()
  }
}

/** A second name for the database, its log folded in, so that the rename over the first one loses nothing. */
function keep(file: string, folder: string, stamp: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const aside = join(folder, `before-restore-${stamp}.sqlite`)
  foldLog(file)
  linkSync(file, aside)
  // A log that could not be folded belongs to what is kept, and would spoil what comes.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`)
  rmSync(`${file}-shm`, { force: true })
  syncFile(folder)
  return aside
}

function foldLog(file: string): void {
  try {
    const db = new Database(file)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
  } catch (error) {
    // Damaged, perhaps the reason for restoring: it is kept as it is, with its log.
    if (!(error instanceof Database.SqliteError)) throw error
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
