import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Millis } from '../../domain/ids.ts'
import type { Connection } from './connection.ts'
import { copyConnection } from './copy-database.ts'

const keptCopies = 3
const ours = /^from-schema-\d+-.*\.sqlite$/

/**
 * Copies a database that a newer Parley is about to change into `backups/` beside it; the oldest such copies make
 * room. Returns the copy; null for a database in memory.
 * @throws StoreError `not-copied`: then the database must stay as it is
 */
export function backUpBeforeUpgrade(db: Connection, schema: number, now: Millis): string | null {
  if (db.memory) return null
  const folder = join(dirname(db.name), 'backups')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const copy = join(folder, `from-schema-${schema}-${stampOf(now)}.sqlite`)
  // One that is there is from a start a moment ago that got no further: it holds the same.
  rmSync(copy, { force: true })
  copyConnection(db, copy)
  const byAge = readdirSync(folder)
    .filter((name) => ours.test(name))
    .sort((a, b) => stampIn(a).localeCompare(stampIn(b)))
  for (const old of byAge.slice(0, -keptCopies)) rmSync(join(folder, old))
  return copy
}

/** `20261231-235959`, in UTC. */
export const stampOf = (at: Millis): string =>
  new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')

const stampIn = (name: string): string => name.replace(/^from-schema-\d+-/, '')
