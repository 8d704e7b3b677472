import type { Connection } from './connection.ts'

/** The whole schema as SQL, in an order that depends on nothing but names: what `sql/schema.sql` holds. */
export function dumpSchema(db: Connection): string {
  const statements = db
    .prepare<[], string>(
      `SELECT sql FROM sqlite_schema
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
        ORDER BY tbl_name, type DESC, name`,
    )
    .pluck()
    .all()
  return `-- What all migrations together make. Written by test/store/write-schema.ts, never by hand.\n\n${statements
    .map((sql) => `${sql};\n`)
    .join('\n')}`
}
