import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import t from 'tap'
import { succeed } from '../../module/domain/failures.ts'
import { groupKey } from '../../module/domain/ids.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { migrate, readMigrations } from '../../module/store/database/migrations.ts'
import { dumpSchema } from '../../module/store/database/schema-dump.ts'
import { StoreError } from '../../module/store/database/store-error.ts'
import { openSqliteStore, storeOn } from '../../module/store/sqlite-store.ts'
import {
  about,
  agent,
  all,
  conversationWith,
  reply,
  some,
  storeContract,
  taken,
  value,
} from './store-contract.ts'
import { faultsOf } from './store-invariants.ts'
import {
  ann,
  bob,
  byHand,
  byQueue,
  clock,
  inbound,
  newId,
  nobody,
  number,
  queue,
  routed,
  scratchFolder,
  secretKey,
  startAt,
  twilio,
} from './store-samples.ts'

const options = { newId, secretKey, clock }
const fileIn = (folder: string) => join(folder, 'parley.db')

await storeContract(t, (t) => {
  const file = fileIn(scratchFolder(t))
  t.teardown(() => {
    const faults = faultsOf(file)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  })
  return { open: () => openSqliteStore({ file, ...options }) }
})

t.test('what a database is refused for', async (t) => {
  await t.test('a schema newer than this Parley', async (t) => {
    const file = fileIn(scratchFolder(t))
    await openSqliteStore({ file, ...options }).close()
    const db = new Database(file)
    db.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)').run(9999, '9999_later.sql', 'x', 0)
    db.close()
    t.throws(() => openSqliteStore({ file, ...options }), {
      code: 'schema-newer',
      message: /Install the newer Parley/,
    })
  })

  await t.test('a migration changed after it ran', async (t) => {
    const folder = scratchFolder(t)
    const db = openConnection({ file: fileIn(folder) })
    t.teardown(() => db.close())
    const [first] = readMigrations()
    migrate(db, [some(first)], startAt)
    const changed = { ...some(first), sql: `${some(first).sql}\n-- one more line` }
    t.throws(() => migrate(db, [changed], startAt), {
      code: 'migration-changed',
      message: /0001_initial\.sql was changed/,
    })
    migrate(db, [some(first)], startAt)
  })

  await t.test('a migration that fails half way leaves nothing of itself', (t) => {
    const db = openConnection({ file: fileIn(scratchFolder(t)) })
    t.teardown(() => db.close())
    const [first] = readMigrations()
    const broken = {
      version: 2,
      name: '0002_broken.sql',
      sql: 'CREATE TABLE half (a INTEGER); CREATE TABLE meta (b INTEGER)',
    }
    t.throws(() => migrate(db, [some(first), broken], startAt), /meta already exists/)
    t.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").pluck().get(), 0)
    t.equal(db.prepare('SELECT max(version) FROM schema_migrations').pluck().get(), 1)
    t.end()
  })

  await t.test('a gap in the migrations', (t) => {
    const folder = join(scratchFolder(t), 'sql')
    mkdirSync(folder)
    writeFileSync(join(folder, '0001_a.sql'), '')
    writeFileSync(join(folder, '0003_c.sql'), '')
    t.throws(() => readMigrations(pathToFileURL(`${folder}/`)), /0003_c\.sql leaves a gap/)
    t.end()
  })

  await t.test('another secret key', async (t) => {
    const file = fileIn(scratchFolder(t))
    await openSqliteStore({ file, ...options }).close()
    const wrong = { file, ...options, secretKey: new Uint8Array(32).fill(8) }
    t.throws(() => openSqliteStore(wrong), { code: 'wrong-key', message: /Put the right key file back/ })
    t.throws(() => openSqliteStore({ ...wrong, secretKey: new Uint8Array(16) }), {
      code: 'wrong-key',
      message: /32 bytes/,
    })
    await openSqliteStore({ file, ...options }).close()
  })

  await t.test('being no database, or nowhere', (t) => {
    const folder = scratchFolder(t)
    const file = join(folder, 'letter.txt')
    writeFileSync(file, 'Dear reader, this is a letter and no database at all.'.repeat(100))
    t.throws(() => openSqliteStore({ file, ...options }), { code: 'not-openable' })
    t.throws(() => openSqliteStore({ file: join(folder, 'none', 'parley.db'), ...options }), {
      code: 'not-openable',
    })
    t.end()
  })
})

t.test('the schema is what sql/schema.sql says', (t) => {
  const db = openConnection({ file: fileIn(scratchFolder(t)) })
  t.teardown(() => db.close())
  migrate(db, readMigrations(), startAt)
  const written = readFileSync(new URL('../../sql/schema.sql', import.meta.url), 'utf8')
  t.equal(dumpSchema(db), written, 'run: node test/store/write-schema.ts')
  for (const { name, strict } of db.pragma('table_list') as { name: string; strict: number }[]) {
    // FTS5 makes its own tables its own way.
    if (!/^sqlite_|_search(_|$)/.test(name)) t.equal(strict, 1, `${name} is STRICT`)
  }
  for (const table of ['groups', 'group_agents', 'rules', 'pbx_directories', 'idempotency_keys']) {
    const columns = db.pragma(`table_info(${table})`) as { name: string; notnull: number }[]
    t.match(
      columns.find(({ name }) => name === 'pbx_id'),
      { notnull: 1 },
      `${table} names its PBX`,
    )
  }
  t.end()
})

t.test('a connection keeps what was committed through a power cut', (t) => {
  const file = fileIn(scratchFolder(t))
  const db = openConnection({ file })
  t.teardown(() => db.close())
  const pragma = (name: string) => db.pragma(name, { simple: true })
  t.same(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma), ['wal', 2, 1, 5000])
  t.equal(statSync(file).mode & 0o777, 0o600, 'and lets nobody else read it')
  t.end()
})

t.test(
  'who had a conversation before is told of older decisions too, by the name of that time',
  async (t) => {
    const file = fileIn(scratchFolder(t))
    const store = openSqliteStore({ file, ...options })
    const id = await conversationWith(store)
    for (const [by, to] of [
      [ann, bob],
      [bob, { ...ann, name: 'Ann Archer' }],
      [ann, bob],
    ] as const)
      value(await store.commitDesignation(about(id), () => succeed(byHand('transfer', by, to))))
    const names = store.decisions(id, 10).map(({ previousName }) => previousName)
    t.same(names, ['Ann Archer', 'Bob', 'Ann', null])
    await store.close()

    const db = openConnection({ file })
    db.exec('ALTER TABLE decisions DROP COLUMN previous_name; DROP TABLE away_agents')
    db.exec(some(readMigrations().find(({ name }) => name.includes('agent_status'))).sql)
    db.close()
    const again = openSqliteStore({ file, ...options })
    t.same(
      again.decisions(id, 10).map(({ previousName }) => previousName),
      names,
    )
    await again.close()
  },
)

t.test('secrets', async (t) => {
  const secret = 'hush-5f2b9c0d1e-token'
  const account = {
    id: twilio,
    kind: 'twilio',
    name: 'T',
    enabled: true,
    settings: { a: 1 },
    secrets: { token: secret },
  }

  await t.test('are nowhere in the files', async (t) => {
    const folder = scratchFolder(t)
    const file = fileIn(folder)
    const store = openSqliteStore({ file, ...options })
    await store.saveCarrier(account)
    const bytes = () => ['', '-wal'].map((end) => readFileSync(file + end, 'latin1')).join('')
    t.ok(bytes().includes('twilio-main'), 'the account is there')
    t.notOk(bytes().includes(secret))
    t.same(store.carriers(), [account])
    await store.close()
    t.notOk(readFileSync(file, 'latin1').includes(secret))
  })

  await t.test('open for their own account only, and not when altered', async (t) => {
    const file = fileIn(scratchFolder(t))
    const store = openSqliteStore({ file, ...options })
    t.teardown(() => store.close())
    await store.saveCarrier(account)
    const db = new Database(file)
    t.teardown(() => db.close())
    db.prepare('UPDATE carriers SET id = ?').run('someone-else')
    t.throws(() => store.carriers(), { code: 'secret-unreadable', message: /someone-else/ })
    db.prepare('UPDATE carriers SET id = ?').run(twilio)
    t.same(store.carriers(), [account])
    const sealed = db.prepare<[], Buffer>('SELECT sealed_secrets FROM carriers').pluck().get()
    const altered = Buffer.from(some(sealed))
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1)
    db.prepare('UPDATE carriers SET sealed_secrets = ?').run(altered)
    t.throws(() => store.carriers(), StoreError)
  })
})

t.test('a full disk fails what was waiting, leaves nothing half written, and passes', async (t) => {
  const file = fileIn(scratchFolder(t))
  const db = openConnection({ file })
  const store = storeOn(db, options)
  await conversationWith(store)
  const pages = Number(db.pragma('page_count', { simple: true }))
  db.pragma(`max_page_count = ${pages}`)

  const long = 'x'.repeat(1500)
  const messages = Array.from({ length: 40 }, (_, n) =>
    inbound({ sender: number(`+1555000${1000 + n}`), text: long }),
  )
  const heard: unknown[] = []
  store.onCommitted((events) => heard.push(...events))
  const send = () =>
    Promise.allSettled(messages.map((message) => store.commitInbound(routed(message, store), byQueue)))
  const refused = await send()
  const reasons = refused.map((result) => (result.status === 'rejected' ? result.reason : null))
  t.ok(reasons.includes(null) === false, 'every verb of the batch is refused')
  t.match(reasons[0], { code: 'disk-full', message: /Free some space/ })
  t.same(heard, [], 'and nothing is told')
  t.equal(store.conversations(all()).items.length, 1)
  t.same(faultsOf(file), [])

  db.pragma('max_page_count = 1000000')
  const taken = await send()
  t.ok(taken.every((result) => result.status === 'fulfilled' && result.value.kind === 'committed'))
  t.equal(store.conversations(all()).items.length, 41)
  await store.close()
  t.same(faultsOf(file), [])
})

t.test('verbs in flight together share commits', async (t) => {
  const statements: string[] = []
  const db = openConnection({ file: fileIn(scratchFolder(t)), onStatement: (sql) => statements.push(sql) })
  const store = storeOn(db, options)
  t.teardown(() => store.close())
  const verbs = 600
  statements.length = 0
  await Promise.all(
    Array.from({ length: verbs }, () => store.commitInbound(routed(inbound(), store), byQueue)),
  )
  const commits = statements.filter((sql) => sql === 'COMMIT').length
  t.equal(commits, Math.ceil(verbs / 256))
})

t.test('no statement reads a table from end to end', async (t) => {
  const statements = new Set<string>()
  const db = openConnection({ file: fileIn(scratchFolder(t)), onStatement: (sql) => statements.add(sql) })
  const store = storeOn(db, options)
  t.teardown(() => store.close())
  statements.clear()

  const id = await conversationWith(store, inbound({ senderName: 'Eve' }), nobody)
  const alerted = { ...byHand('take', ann, ann), alertPhone: true }
  await store.commitDesignation(about(id), () => succeed(alerted))
  await reply(store, id)
  for (const item of await store.claimOutbox(startAt, 10))
    await store.settleOutbox(item.id, taken('SM-out'), startAt)
  await store.commitReport(twilio, { carrierMessageId: 'SM-out', state: 'delivered', failure: null }, startAt)
  await store.commitStatus({ ...about(id), actor: agent(ann) }, () => succeed('closed'))
  for (const designated of [
    { kind: 'anyone' },
    { kind: 'nobody' },
    { kind: 'agent', extension: bob.extension },
  ] as const) {
    for (const channel of [null, 'whatsapp'] as const) store.conversations({ ...all(), designated, channel })
  }
  const group = groupKey(queue)
  store.conversation(id)
  store.messages(id, null, 10)
  store.message(some(store.messages(id, null, 10).items[0]).id)
  store.decision(some(store.decisions(id, 10)[0]).id)
  store.waitingFrom(group, 0, 10)
  store.designatedTo(group, ann.extension)
  store.eventsAfter(0, [group], 10)
  await store.settleInterrupted(startAt)
  store.dueInquiries(startAt, 10)
  await store.pruneEvents(startAt)

  const large =
    /\b(conversations|messages|events|decisions|customers|customer_addresses|inbound_keys|idempotency_keys|outbox|inquiries|conversation_ways|group_ways|raw_events)\b/
  const read = [...statements].filter((sql) => /^\s*(SELECT|UPDATE|DELETE)/.test(sql) && large.test(sql))
  t.ok(read.length > 25, 'the statements were heard')
  for (const sql of read) {
    const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all()
    const scans = plan.filter(
      ({ detail }) =>
        /^SCAN (?!CONSTANT|waiting|sqlite_sequence|o USING INDEX outbox_sending)/.test(detail) ||
        /TEMP B-TREE/.test(detail),
    )
    // Forgetting walks the oldest events in their order, and stops.
    if (!/FROM events ORDER BY seq LIMIT/.test(sql)) t.same(scans, [], sql)
  }
})

t.test('a list stays quick among many conversations', async (t) => {
  const db = openConnection({ file: fileIn(scratchFolder(t)) })
  const store = storeOn(db, options)
  t.teardown(() => store.close())
  await conversationWith(store)
  db.exec(`
    INSERT INTO customers (pk, id, address, created_at)
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      SELECT i, 'customer-' || i, '+1555' || i, 0 FROM n;
    INSERT INTO conversations (id, customer_pk, group_pk, status, opened_at, channels, activity_seq)
      SELECT 'conversation-' || pk, pk, 1, iif(pk % 3 = 0, 'closed', 'open'), 0, 1, pk + 10 FROM customers WHERE pk > 1`)
  const page = store.conversations({ ...all(), limit: 50 })
  t.equal(page.items.length, 50)
  t.equal(page.next, 100010 - 49)
  const startedAt = performance.now()
  const pages = 20
  for (let n = 0; n < pages; n++) store.conversations({ ...all(), limit: 50, before: 90_000 - n * 1000 })
  const perPageMs = (performance.now() - startedAt) / pages
  t.ok(perPageMs < 50, `a page of 50 among 100,000 took ${perPageMs.toFixed(1)} ms`)
})

t.test('a value passed to a person’s reply is kept byte for byte', async (t) => {
  const file = fileIn(scratchFolder(t))
  const store = openSqliteStore({ file, ...options })
  const text = "Robert'); DROP TABLE messages;-- \u0000 🙂 \r\n\t?"
  const id = await conversationWith(store, inbound({ text, senderName: text }))
  const { messageId } = value(await reply(store, id, { text }))
  t.match(store.message(messageId), { content: { text } })
  t.equal(store.conversation(id)?.customer.name, text)
  await store.close()
  t.same(faultsOf(file), [])
})
