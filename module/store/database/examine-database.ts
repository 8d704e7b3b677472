import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { DatabaseFacts } from '../../app/doctor/facts.ts'

const checker = fileURLToPath(new URL('./check-database.ts', import.meta.url))

/** Looks at a database that others may be using, without a lock that would hold them up; ends within the time. */
export async function examineDatabase(file: string, withinMs: number): Promise<DatabaseFacts> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  return { file, content: isThere ? await check(file, withinMs) : null }
}

function check(file: string, withinMs: number): Promise<NonNullable<DatabaseFacts['content']>> {
  return new Promise((resolve, reject) => {
    const options = { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 } as const
    execFile(process.execPath, [checker, file], options, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout))
      if (error.killed === true) {
        return reject(
          new Error(
            `The check of ${file} took more than ${withinMs / 1000} s. Run: sqlite3 ${file} "PRAGMA quick_check"`,
          ),
        )
      }
      const reason = /SqliteError: (.*)/.exec(stderr)?.[1]
      // What SQLite itself can't make sense of is the plainest of findings.
      if (reason !== undefined && /malformed|not a database|corrupt|disk I\/O/i.test(reason)) {
        return resolve({ faults: [reason], carrierKinds: [], filesWithoutRoom: 0 })
      }
      reject(new Error(`The database ${file} could not be checked: ${reason ?? error.message}.`))
    })
  })
}
