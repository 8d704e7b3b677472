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
db.close()
process.stdout.write(JSON.stringify({ faults: answers.filter((answer) => answer !== 'ok'), carrierKinds }))
