/**
 * How many inbound messages a second the store commits with 64 in flight, beside how many rows of the same size
 * SQLite takes in transactions of 100 on the same disk: `node test/store/commit-rate.ts [messages]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../module/app/ports/store.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { byQueue, clock, inbound, newId, number, routed, secretKey } from './store-samples.ts'

const total = Number(process.argv[2] ?? 20_000)
const inFlight = 64
const rowsPerTransaction = 100
const text =
  'Hello, my order 4711 was to come on Monday and has not come yet. Could you please look where it is?'

const folder = mkdtempSync(join(tmpdir(), 'parley-rate-'))
try {
  const raw = insertRows(join(folder, 'raw.db'))
  report('raw rows, 100 a transaction', raw, raw)
  report('one row a transaction', insertRows(join(folder, 'single.db'), 1, Math.min(total, 5000)), raw)
  report('messages of new customers', await commitMessages(join(folder, 'new.db'), total), raw)
  report('messages of 500 customers', await commitMessages(join(folder, 'known.db'), 500), raw)
} finally {
  rmSync(folder, { recursive: true })
}

function report(what: string, rate: number, raw: number): void {
  console.log(
    `${what.padEnd(30)} ${Math.round(rate).toLocaleString('en').padStart(8)}/s ${(rate / raw).toFixed(2)}`,
  )
}

function insertRows(file: string, perTransaction = rowsPerTransaction, rows = total): number {
  const db = openConnection({ file })
  db.exec(
    'CREATE TABLE rows (id TEXT PRIMARY KEY, conversation TEXT, sender TEXT, did TEXT, content TEXT, at INTEGER) STRICT',
  )
  const insert = db.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)')
  const conversation = newId()
  const batch = db.transaction((count: number) => {
    for (let i = 0; i < count; i++) {
      const content = JSON.stringify({ kind: 'text', text, media: [] })
      insert.run(newId(), conversation, '+19542788086', '+16313808000', content, clock())
    }
  })
  const startedAt = performance.now()
  for (let done = 0; done < rows; done += perTransaction) batch.immediate(perTransaction)
  const seconds = (performance.now() - startedAt) / 1000
  db.close()
  return rows / seconds
}

async function commitMessages(file: string, customers: number): Promise<number> {
  const store = openSqliteStore({ file, newId, secretKey, clock })
  let sent = 0
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: inFlight }, sender))
  const seconds = (performance.now() - startedAt) / 1000
  await store.close()
  return total / seconds

  async function sender(): Promise<void> {
    while (sent < total) await commitOne(store, sent++ % customers, text)
  }
}

function commitOne(store: Store, customer: number, said: string) {
  const sender = number(`+1954${String(customer).padStart(7, '0')}`)
  return store.commitInbound(routed(inbound({ sender, text: said }), store), byQueue)
}
