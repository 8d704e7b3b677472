import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t from 'tap'
import type { Config } from '../../module/config.ts'
import { readConfig } from '../../module/config.ts'
import { freeTcpPortFrom } from '../../module/lab/free-ports.ts'
import { createLog } from '../../module/log.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { migrate, newestOf, readMigrations } from '../../module/store/database/migrations.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { startSidecar } from '../../module/wiring.ts'
import type { Teardown } from '../lab/start-lab.ts'

/** Apart from where other test files look. */
const portsFrom = 32_000 + ((process.pid * 41) % 9_000)
const cli = fileURLToPath(new URL('../../module/cli/parley.ts', import.meta.url))

interface Installation {
  readonly folder: string
  readonly database: string
  readonly config: Config
  run(...words: string[]): Promise<{ code: number; out: string; err: string }>
}

/** A configuration whose PBX nobody answers for, and the console in front of it. */
async function install(t: Teardown): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-cli-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const file = join(folder, 'parley.json')
  const settings = {
    pbx: {
      ami: { host: '127.0.0.1', port: 9, username: 'parley', secret: 'ami-secret' },
      ari: { url: 'http://127.0.0.1:9', username: 'parley', password: 'ari-secret' },
      spoolFolder: join(folder, 'spool'),
    },
    http: { host: '127.0.0.1', port: await freeTcpPortFrom(portsFrom) },
    dataFolder: join(folder, 'data'),
    homeCountry: 'US',
  }
  mkdirSync(join(folder, 'data'))
  mkdirSync(join(folder, 'spool/new'), { recursive: true })
  writeFileSync(join(folder, 'data/parley.key'), `${'5a'.repeat(32)}\n`, { mode: 0o600 })
  writeFileSync(file, JSON.stringify({ ...settings, keyFile: join(folder, 'data/parley.key') }), {
    mode: 0o600,
  })
  return {
    folder,
    database: join(folder, 'data/parley.sqlite'),
    config: readConfig({ PARLEY_CONFIG: file }),
    run: (...words) =>
      new Promise((resolve) => {
        const env = { ...process.env, PARLEY_CONFIG: file, NODE_OPTIONS: '' }
        execFile(process.execPath, [cli, ...words], { env }, (error, out, err) =>
          resolve({ code: error === null ? 0 : Number(error.code), out, err }),
        )
      }),
  }
}

const secretKey = new Uint8Array(32).fill(0x5a)
const put = (file: string, sql: string) => {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}
const get = (file: string, sql: string): unknown => {
  const db = new Database(file, { readonly: true })
  const value = db.prepare(sql).pluck().get()
  db.close()
  return value
}
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

/** One conversation, with a reply that waits to be sent. */
const sample = `
  INSERT INTO customers (pk, id, address, created_at) VALUES (1, 'c1', 'number:+19542788086', 1);
  INSERT INTO groups (pk, pbx_id, kind, number) VALUES (1, 'main', 'queue', '8000');
  INSERT INTO conversations (pk, id, customer_pk, group_pk, status, opened_at) VALUES (1, 'k1', 1, 1, 'open', 1);
  INSERT INTO messages (seq, id, conversation_pk, direction, channel, carrier_id, did, peer, content, author, state, at)
    VALUES (1, 'm1', 1, 'out', 'sms', 'trunk', 'number:+16313808000', 'number:+19542788086',
            '{"kind":"text","text":"On its way."}', '{"kind":"agent","id":"101","name":"Alice"}', 'queued', 1);
  INSERT INTO outbox (id, kind, lane, conversation_pk, message_seq, not_before, created_at)
    VALUES ('o1', 'message', 'k1', 1, 1, 9e15, ${Date.now()});`

t.test('copies a database in use, and puts the copy back', async (t) => {
  const parley = await install(t)
  t.match(await parley.run('backup', join(parley.folder, 'copy')), { code: 78, err: /no database .* yet/ })
  const sidecar = await startSidecar(parley.config, createLog('silent'))
  t.teardown(() => sidecar.close())
  put(parley.database, sample)

  const copy = join(parley.folder, 'copy.sqlite')
  t.match(await parley.run('backup', copy), {
    code: 0,
    out: /copy\.sqlite: 0\.\d MB\. Keep the key file .*parley\.key/,
  })
  t.equal(mode(copy), '600')
  t.equal(get(copy, 'SELECT count(*) FROM messages'), 1)
  t.match(await parley.run('backup', copy), { code: 1, err: /is there already; name a file that is not/ })
  t.match(await parley.run('backup', join(parley.folder, 'no/where')), {
    code: 1,
    err: /there is no folder .*no/,
  })
  t.match(await parley.run('backup'), { code: 78, err: /Say where the copy goes/ })
  t.strictSame(
    readdirSync(parley.folder).filter((name) => name.endsWith('.part')),
    [],
    'what failed leaves no half a copy',
  )

  t.match(
    await parley.run('restore', copy),
    { code: 1, err: /Another Parley works on .* Stop that one first/ },
    'not while Parley runs',
  )
  await sidecar.close()
  put(parley.database, "UPDATE conversations SET status = 'closed'")
  const epoch = get(parley.database, 'SELECT epoch FROM meta')

  const restored = await parley.run('restore', copy)
  t.match(restored, {
    code: 0,
    out: /^Restored\. What was there before is kept in .*before-restore-\d{8}-\d{6}\.sqlite/,
  })
  const [aside] = readdirSync(join(parley.folder, 'data/backups'))
  t.equal(get(join(parley.folder, 'data/backups', aside ?? ''), 'SELECT status FROM conversations'), 'closed')
  t.equal(get(parley.database, 'SELECT status FROM conversations'), 'open')
  t.equal(mode(parley.database), '600')
  t.not(get(parley.database, 'SELECT epoch FROM meta'), epoch, 'cursors of the other history are refused')

  const again = await startSidecar(parley.config, createLog('silent'))
  t.teardown(() => again.close())
  await again.close()
  t.equal(
    get(parley.database, 'SELECT state FROM messages'),
    'unknown',
    'it may have left since the copy was made',
  )
  t.equal(get(parley.database, 'SELECT count(*) FROM outbox'), 0)
})

t.test('restores nothing that can’t be used, and leaves what is there', async (t) => {
  const parley = await install(t)
  await (await startSidecar(parley.config, createLog('silent'))).close()
  put(parley.database, sample)
  const refuse = async (name: string, make: (file: string) => void, words: RegExp) => {
    const file = join(parley.folder, name)
    make(file)
    const { code, err } = await parley.run('restore', file)
    t.equal(code, 1, name)
    t.match(err, words)
    t.equal(get(parley.database, 'SELECT count(*) FROM messages'), 1, 'the database is as it was')
    t.notOk(existsSync(`${parley.database}.restoring`))
  }
  await refuse(
    'noise',
    (file) => writeFileSync(file, 'x'.repeat(9000)),
    /can't be restored: file is not a database/,
  )
  await refuse('other', (file) => put(file, 'CREATE TABLE t (a)'), /it is no database of Parley’s/)
  await refuse(
    'newer',
    (file) => {
      cpSync(parley.database, file)
      put(file, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', 1)")
    },
    /has schema 9999, and this Parley knows schema \d+ at most/,
  )
  await refuse(
    'torn',
    (file) => {
      const whole = readFileSync(parley.database)
      whole.fill(0x41, whole.length - 40_000)
      writeFileSync(file, whole)
    },
    /can't be restored/,
  )
  t.match(await parley.run('restore', join(parley.folder, 'nowhere')), { code: 78, err: /There is no file/ })

  const copy = join(parley.folder, 'good')
  t.equal((await parley.run('backup', copy)).code, 0, 'with nobody running, too')
  writeFileSync(parley.database, 'this disk is broken')
  t.match(await parley.run('restore', copy), { code: 0 }, 'a broken database is no hindrance')
  t.equal(get(parley.database, 'SELECT count(*) FROM messages'), 1)
})

t.test('copies an older database before it is brought up to date', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-upgrade-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'parley.sqlite')
  const backups = join(folder, 'backups')
  const open = (at: number) => {
    const clock = () => at
    return openSqliteStore({ file, clock, secretKey, newId: () => '01920000-0000-7000-8000-000000000001' })
  }
  /** As the Parley of so many migrations left it. */
  const age = (migrations: number) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    const db = openConnection({ file })
    migrate(db, readMigrations().slice(0, migrations), 1)
    db.exec("INSERT INTO customers (id, address, created_at) VALUES ('c1', 'number:+1', 1)")
    db.close()
  }
  const day = (date: number) => Date.UTC(2026, 11, date)

  await open(day(1)).close()
  t.notOk(existsSync(backups), 'a new database has nothing to keep')
  await open(day(2)).close()
  t.notOk(existsSync(backups), 'one that is up to date has no need')

  age(1)
  await open(day(3)).close()
  t.strictSame(readdirSync(backups), ['from-schema-1-20261203-000000.sqlite'])
  const [first = ''] = readdirSync(backups)
  t.equal(get(join(backups, first), 'SELECT max(version) FROM schema_migrations'), 1, 'as it was before')
  t.equal(get(join(backups, first), 'SELECT id FROM customers'), 'c1')
  t.equal(mode(join(backups, first)), '600')
  t.equal(get(file, 'SELECT max(version) FROM schema_migrations'), newestOf(readMigrations()))

  for (const date of [4, 5, 6]) {
    age(2)
    await open(day(date)).close()
  }
  t.strictSame(
    readdirSync(backups),
    [4, 5, 6].map((date) => `from-schema-2-2026120${date}-000000.sqlite`),
    'the oldest make room',
  )

  age(1)
  rmSync(backups, { recursive: true })
  writeFileSync(backups, 'in the way')
  t.throws(() => open(day(7)), 'without a copy nothing is changed')
  t.equal(get(file, 'SELECT max(version) FROM schema_migrations'), 1)
})

t.test('says whether Parley runs, with what, and how much there is', async (t) => {
  const parley = await install(t)
  t.match(await parley.run('status'), {
    code: 1,
    out: /State +not running: Nobody answers at[\s\S]*Database +none yet/,
  })

  const sidecar = await startSidecar(parley.config, createLog('silent'))
  t.teardown(() => sidecar.close())
  put(parley.database, sample)
  const screen = await parley.run('status')
  t.equal(screen.code, 1, 'the PBX does not answer')
  t.match(screen.out, /^Parley +\d+\.\d+\.\d+ on Node 24\./)
  t.match(screen.out, /State +running at http:\/\/127\.0\.0\.1:\d+\n/)
  t.match(screen.out, /Conversations +1 open, of which 0 wait for an answer and 1 are nobody’s; 0 closed\n/)
  t.match(screen.out, /To be sent +1 message\n/)
  t.ok(screen.out.split('\n').length < 24, 'one screen')
  t.notMatch(screen.out, /ami-secret|On its way/)
  const { code, out } = await parley.run('status', '--json')
  t.equal(code, 1)
  t.match(JSON.parse(out), {
    url: sidecar.url,
    pbx: { ami: { state: /^(down|connecting)$/ }, extensions: 0 },
    database: { file: parley.database, counts: { open: 1, unassigned: 1, queued: 1, outLastDay: 0 } },
  })
})
