import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import Database from 'better-sqlite3'
import { v7 as uuidv7 } from 'uuid'
import { type Figure, median } from './figures.ts'
import { openPanel, type StartedServer, startServer } from './started-server.ts'
import { carrierId, type SignedMessage, signedMessages } from './twilio-messages.ts'

const connections = 64
const seconds = 4
const rounds = 3
const mostPerRound = 80_000

/** Durable inbound messages a second, in turn with a bare POST, so that both meet the same machine. */
export async function measureInboundThroughput(): Promise<Figure[]> {
  const bare = await startServer('bare')
  const parley = await startServer('parley')
  const panel = await openPanel(parley, () => {})
  const samples: { durable: number; bare: number; insert: number }[] = []
  try {
    await load(parley, signedMessages(5000, 'w'), 1)
    for (let round = 0; round < rounds; round++) {
      const messages = signedMessages(mostPerRound, `r${round}x`)
      const bareRate = await load(bare, messages, seconds)
      const durable = await load(parley, messages, seconds)
      samples.push({ durable, bare: bareRate, insert: insertRate(messages) })
    }
  } finally {
    panel.close()
    await Promise.all([bare.close(), parley.close()])
  }
  const durable = median(samples.map((sample) => sample.durable))
  const overBare = median(samples.map((sample) => sample.durable / sample.bare))
  const overInsert = median(samples.map((sample) => sample.durable / sample.insert))
  return [
    { name: 'bare_post', value: median(samples.map((sample) => sample.bare)), unit: 'requests/s' },
    {
      name: 'inbound_durable',
      value: durable,
      unit: 'messages/s',
      ratio: { value: overBare, of: 'bare_post' },
    },
    { name: 'raw_batch_insert', value: median(samples.map((sample) => sample.insert)), unit: 'rows/s' },
    {
      name: 'inbound_durable_vs_insert',
      value: durable,
      unit: 'messages/s',
      ratio: { value: overInsert, of: 'raw_batch_insert' },
    },
  ]
}

/** Requests answered with 2xx a second. Anything else fails the measurement: a refusal is quick, and worth nothing. */
async function load(
  server: StartedServer,
  messages: readonly SignedMessage[],
  duration: number,
): Promise<number> {
  let next = 0
  const result = await autocannon({
    url: `http://127.0.0.1:${server.port}`,
    connections,
    duration,
    requests: [
      {
        method: 'POST',
        path: `/webhooks/${carrierId}`,
        setupRequest(request) {
          const message = messages[next++ % messages.length]
          const headers = {
            'content-type': 'application/x-www-form-urlencoded',
            'x-twilio-signature': message?.signature ?? '',
          }
          return { ...request, headers, body: message?.body ?? '' }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} errors`)
  if (server.kind === 'parley' && next > messages.length) {
    throw new Error('the messages ran out, and repeated ones cost less')
  }
  return result['2xx'] / result.duration
}

/** Rows of a message's size, straight into SQLite with the same durability, 100 a transaction. */
function insertRate(messages: readonly SignedMessage[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const db = new Database(join(folder, 'insert.sqlite'))
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.exec(
      'CREATE TABLE message (id TEXT PRIMARY KEY, carrier TEXT, sid TEXT, body TEXT, at INTEGER, UNIQUE (carrier, sid)) STRICT',
    )
    const insert = db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)')
    const batch = db.transaction((rows: readonly SignedMessage[]) => {
      for (const row of rows) insert.run(uuidv7(), carrierId, row.sid, row.body, Date.now())
    })
    const count = 20_000
    const started = performance.now()
    for (let at = 0; at < count; at += 100) batch(messages.slice(at, at + 100))
    return count / ((performance.now() - started) / 1000)
  } finally {
    db.close()
    rmSync(folder, { recursive: true })
  }
}
