import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** One row a commit with `synchronous=FULL`: the least that any durable message can cost here. */
export class CommitProbe {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-probe-'))
  readonly #db = new Database(join(this.#folder, 'probe.sqlite'))
  readonly #insert

  constructor() {
    this.#db.pragma('journal_mode = WAL')
    this.#db.pragma('synchronous = FULL')
    this.#db.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB) STRICT')
    this.#insert = this.#db.prepare('INSERT INTO row (body) VALUES (?)')
  }

  commitMs(): number {
    const body = randomBytes(400)
    const started = performance.now()
    this.#insert.run(body)
    return performance.now() - started
  }

  close(): void {
    this.#db.close()
    rmSync(this.#folder, { recursive: true })
  }
}
