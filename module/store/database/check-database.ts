// A process of its own: SQLite can't be interrupted within one statement, and a process can be killed. Prints one
// line of JSON about the database file that its argument names.
import Database from 'better-sqlite3'

const [file = ''] = process.argv.slice(2)
const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 2_000 })
const answers = db.prepare<[], string>('PRAGMA quick_check(5)').pluck().all()
const carrierKinds = db
  .prepare<[], string>('SELECT DISTINCT kind FROM carriers WHERE enabled = 1 ORDER BY kind')
  .pluck()
  .all()
// A database of an older Parley has no such table until it is migrated.
const hasMedia = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'media'").get() !== undefined
const filesWithoutRoom = hasMedia
  ? db
      .prepare<[], number>("SELECT count(*) FROM media WHERE state = 'waiting' AND waits_for = 'room'")
      .pluck()
      .get()
  : 0
db.close()
const faults = answers.filter((answer) => answer !== 'ok')
process.stdout.write(JSON.stringify({ faults, carrierKinds, filesWithoutRoom }))
