import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Millis } from '../../domain/ids.ts'
import type { Connection } from './connection.ts'
import { StoreError } from './store-error.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

const migrationsFolder = new URL('../../../sql/', import.meta.url)
const migrationName = /^(\d{4})_[a-z0-9_]+\.sql$/

/** The migrations in `sql/`, in order. They are append-only: a released one is never changed. */
export function readMigrations(folder: URL = migrationsFolder): readonly Migration[] {
  const migrations = readdirSync(folder)
    .filter((name) => migrationName.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }))
  for (const [index, { version, name }] of migrations.entries()) {
    if (version !== index + 1) throw new Error(`migration ${name} leaves a gap or repeats a number`)
  }
  return migrations
}

/**
 * Brings the database to the newest schema, each migration in a transaction of its own.
 * @param beforeUpgrade called before an older database of ours is changed, with its schema; what it throws leaves it be
 * @throws StoreError `schema-newer`, `migration-changed`
 */
export function migrate(
  db: Connection,
  migrations: readonly Migration[],
  now: Millis,
  beforeUpgrade: (schema: number) => void = () => undefined,
): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
     ) STRICT`,
  )
  const schema = schemaOf(db)
  refuseNewer(schema, newestOf(migrations))
  if (schema > 0 && migrations.some((migration) => !isApplied(db, migration))) beforeUpgrade(schema)
  for (const migration of migrations) {
    // IMMEDIATE, and looked at inside: two processes that start at once must not both run it.
    db.transaction(() => applyOnce(db, migration, now)).immediate()
  }
}

/** The schema that a Parley with these migrations works on. */
export const newestOf = (migrations: readonly Migration[]): number => migrations.length

const isApplied = (db: Connection, { version }: Migration): boolean =>
  db.prepare<[number], number>('SELECT 1 FROM schema_migrations WHERE version = ?').get(version) !== undefined

const schemaOf = (db: Connection): number =>
  db.prepare<[], number>('SELECT coalesce(max(version), 0) FROM schema_migrations').pluck().get() ?? 0

function refuseNewer(newest: number, known: number): void {
  if (newest <= known) return
  throw new StoreError(
    'schema-newer',
    `This database has schema ${newest}, and this Parley knows schema ${known} at most. ` +
      'Install the newer Parley again, or restore the backup made before it was installed.',
  )
}

function applyOnce(db: Connection, { version, name, sql }: Migration, now: Millis): void {
  const checksum = createHash('sha256').update(sql).digest('hex')
  const applied = db
    .prepare<[number], string>('SELECT checksum FROM schema_migrations WHERE version = ?')
    .pluck()
    .get(version)
  if (applied === undefined) {
    db.exec(sql)
    db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)').run(version, name, checksum, now)
  } else if (applied !== checksum) {
    throw new StoreError(
      'migration-changed',
      `sql/${name} was changed after it ran on this database. Put the released file back; a change of schema is a new migration.`,
    )
  }
}
