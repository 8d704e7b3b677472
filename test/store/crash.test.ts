import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t from 'tap'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { faultsOf } from './store-invariants.ts'
import { byQueue, clock, inbound, newId, routed, scratchFolder, secretKey } from './store-samples.ts'

const child = fileURLToPath(new URL('inbound-child.ts', import.meta.url))
const rounds = 6

/** Lets a child commit and kills it after so many acknowledgements; gives what it acknowledged. */
async function killAfter(file: string, run: string, acknowledgements: number): Promise<readonly number[]> {
  const process_ = spawn(process.execPath, [child, file, run], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: number[] = []
  const lines = createInterface({ input: process_.stdout })
  lines.on('line', (line) => {
    acknowledged.push(Number(line))
    if (acknowledged.length === acknowledgements) process_.kill('SIGKILL')
  })
  const [[, signal]] = await Promise.all([once(process_, 'exit'), once(lines, 'close')])
  if (signal !== 'SIGKILL') throw new Error(`the child ended by itself: ${signal}`)
  return acknowledged
}

t.test('kill -9 at any moment loses nothing acknowledged and doubles nothing', async (t) => {
  const file = join(scratchFolder(t), 'parley.db')
  for (let round = 0; round < rounds; round++) {
    const run = `run${round}`
    const acknowledged = await killAfter(file, run, 1 + Math.floor(Math.random() * 400))
    const last = Math.max(...acknowledged)

    const store = openSqliteStore({ file, newId, secretKey, clock })
    // The carrier, which got no answer to some of them, delivers all of them again.
    const again = await Promise.all(
      Array.from({ length: last + 50 }, (_, n) =>
        store.commitInbound(routed(inbound({ carrierMessageId: `${run}-${n}` }), store), byQueue),
      ),
    )
    const lost = acknowledged.filter((n) => again[n]?.kind !== 'duplicate')
    t.same(lost, [], `${acknowledged.length} acknowledged, none lost`)
    await store.close()

    const db = new Database(file, { readonly: true })
    const stored = db.prepare('SELECT count(*) FROM inbound_keys WHERE carrier_message_id LIKE ?').pluck()
    t.equal(stored.get(`${run}-%`), again.length, 'each is there once')
    db.close()
    t.same(faultsOf(file), [], 'and the database is sound')
  }
})
