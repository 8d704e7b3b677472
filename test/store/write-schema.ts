/** Writes sql/schema.sql from what all migrations together make: `node test/store/write-schema.ts`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection } from '../../module/store/database/connection.ts'
import { migrate, readMigrations } from '../../module/store/database/migrations.ts'
import { dumpSchema } from '../../module/store/database/schema-dump.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-schema-'))
const db = openConnection({ file: join(folder, 'schema.db') })
migrate(db, readMigrations(), 0)
writeFileSync(new URL('../../sql/schema.sql', import.meta.url), dumpSchema(db))
db.close()
rmSync(folder, { recursive: true })
