// Copies Parley's database while it is in use: node snapshot.mjs <database> <copy>
import { DatabaseSync } from 'node:sqlite'

const [, , database, copy] = process.argv
const source = new DatabaseSync(database, { readOnly: true })
source.exec('PRAGMA busy_timeout = 10000')
source.prepare('VACUUM INTO ?').run(copy)
source.close()
