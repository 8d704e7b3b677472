import { chmodSync, closeSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Connection } from './connection.ts'
import { StoreError } from './store-error.ts'

const busyTimeoutMs = 10_000

/**
 * Writes a whole copy of a database that others may be working on: one transaction reads it, so the copy is of one
 * instant, and writers don't wait. The copy is its owner's alone, and there only when it is complete and on disk.
 * @throws StoreError `not-copied`, which leaves nothing behind
 */
export function copyDatabase(source: string, target: string): { readonly bytes: number } {
  let db: Database.Database
  try {
    db = new Database(source, { fileMustExist: true, timeout: busyTimeoutMs })
  } catch (error) {
    throw notCopied(source, reasonOf(error), error)
  }
  try {
    return copyConnection(db, target)
  } finally {
    db.close()
  }
}

/** As copyDatabase, of a connection that is open, outside of any transaction. */
export function copyConnection(db: Connection, target: string): { readonly bytes: number } {
  const draft = `${target}.part`
  try {
    rmSync(draft, { force: true })
    // Made by us first, since SQLite would follow the umask; it takes a file that is there only while it is empty.
    closeSync(openSync(draft, 'wx', 0o600))
    db.prepare('VACUUM INTO ?').run(draft)
    chmodSync(draft, 0o600)
    syncFile(draft)
    // Unlike a rename it overwrites nothing: a copy that is there is somebody's only one, perhaps.
    linkSync(draft, target)
    syncFile(dirname(target))
    return { bytes: statSync(target).size }
  } catch (error) {
    throw notCopied(db.name, whyOf(error, target), error)
  } finally {
    rmSync(draft, { force: true })
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const notCopied = (source: string, why: string, cause: unknown): StoreError =>
  new StoreError('not-copied', `The database ${source} could not be copied: ${why}.`, cause)

function whyOf(error: unknown, target: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
      return `${target} is there already; name a file that is not`
    case 'ENOENT':
      return `there is no folder ${dirname(target)}`
    case 'EACCES':
      return `this user may not write into ${dirname(target)}`
    default:
      return reasonOf(error)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
