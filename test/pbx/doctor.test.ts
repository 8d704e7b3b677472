import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { known, notKnown } from '../../module/app/doctor/fact.ts'
import type { Finding, FindingCode } from '../../module/app/doctor/finding.ts'
import { judgeSpool } from '../../module/app/doctor/judge-spool.ts'
import { judgeDatabase, judgeStorage } from '../../module/app/doctor/judge-storage.ts'
import { examineSpool } from '../../module/carriers/sip-message/examine-spool.ts'
import { type Config, completeConfig } from '../../module/config.ts'
import { createInstallationDoctor } from '../../module/doctor-wiring.ts'
import { examineSidecar } from '../../module/http/examine-sidecar.ts'
import { createIdSource } from '../../module/id-source.ts'
import { openAmi } from '../../module/pbx/ami-connection.ts'
import { asteriskUser } from '../../module/pbx/doctor/asterisk-user.ts'
import { readMessageQueue } from '../../module/pbx/doctor/message-queue.ts'
import { examineDatabase } from '../../module/store/database/examine-database.ts'
import { examineStorage } from '../../module/store/database/examine-storage.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { healthyPbx } from '../app/doctor-facts.ts'
import { startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { isLive, keptLog, linkCode, startPbx } from './pbx-under-test.ts'

const lab = await startLab(t)
const folder = await mkdtemp(join(tmpdir(), 'parley-doctor-'))
t.teardown(() => rm(folder, { recursive: true }))

/** What answers at the sidecar's address, and what it says. */
const sidecar = { body: '{"status":"ok"}', silent: false }
const server = createServer((_request, response) => {
  if (!sidecar.silent) response.end(sidecar.body)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
t.teardown(() => {
  server.closeAllConnections()
  server.close()
})
const http = { host: '127.0.0.1', port: portOf(server) }

const config = completeConfig(
  {
    pbx: {
      ami: { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami },
      ari: {
        url: `http://127.0.0.1:${lab.pbx.httpPort}`,
        username: lab.pbx.credentials.ari.username,
        password: lab.pbx.credentials.ari.secret,
      },
      spoolFolder: lab.pbx.spoolFolder,
    },
    http,
    dataFolder: folder,
  },
  folder,
)
await mkdir(join(lab.pbx.spoolFolder, 'aside'), { recursive: true })
await writeFile(config.keyFile, `${'0'.repeat(64)}\n`, { mode: 0o600 })
const log = keptLog()
const store = openSqliteStore({
  file: join(folder, 'parley.sqlite'),
  newId: createIdSource(),
  secretKey: new Uint8Array(32),
  clock: Date.now,
  log,
})
t.teardown(() => store.close())

/** Long enough for a machine that runs other tests besides. */
const patient = {
  pbx: {
    ami: { loginMs: 30_000, greetMs: 5_000, bootMs: 15_000, requestMs: 15_000 },
    ari: { openMs: 30_000, requestMs: 15_000 },
    messageQueue: { stuckMs: 1_000, lookEveryMs: 50 },
    factMs: 30_000,
  },
  doctor: { pbxMs: 90_000, othersMs: 30_000 },
}

async function findings(over: Partial<Config['pbx']> = {}): Promise<Map<FindingCode, Finding>> {
  const changed = { ...config, pbx: { ...config.pbx, ...over } }
  const report = await createInstallationDoctor(changed, log, patient)()
  return new Map(report.findings.map((finding) => [finding.code, finding]))
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Those that are not well, as `code state`. */
const amiss = (found: ReadonlyMap<FindingCode, Finding>): string[] =>
  [...found.values()].filter(({ state }) => state !== 'ok').map(({ code, state }) => `${code} ${state}`)

interface Test {
  teardown(callback: () => Promise<void>): void
  not(found: unknown, wanted: unknown, message: string): void
}

/** Changes a file of Asterisk's for the length of a test, and tells Asterisk both times. */
async function edited(
  t: Test,
  name: string,
  change: (text: string) => string,
  reload: string,
): Promise<void> {
  const file = join(lab.pbx.folder, 'etc', name)
  const usual = await readFile(file, 'utf8')
  const put = async (text: string) => {
    await writeFile(file, text)
    await lab.pbx.cli(reload)
  }
  t.teardown(() => put(usual))
  t.not(change(usual), usual, 'the line to change is there')
  await put(change(usual))
}

t.test('a healthy PBX', async (t) => {
  const found = await findings()
  t.same(amiss(found), [])
  t.equal(found.size, 23)
  t.match(found.get('endpoint-contexts')?.sentence, /All 7 endpoints.*1 of them hands/)
  t.match(found.get('spool-folder')?.sentence, /both Asterisk \(.+\) and Parley/)
  t.notMatch(JSON.stringify([...found.values(), ...log.lines]), lab.pbx.credentials.ami.secret)
})

t.test('passwords that are wrong, and a PBX that is not there', async (t) => {
  const wrong = await findings({
    ami: { ...config.pbx.ami, secret: 'open-sesame' },
    ari: { ...config.pbx.ari, password: 'open-sesame' },
  })
  t.match(wrong.get('ami-reachable'), { state: 'ok' })
  t.match(wrong.get('ami-login'), { state: 'fail', sentence: /manager\.conf/ })
  t.match(wrong.get('ari-reachable'), { state: 'ok' })
  t.match(wrong.get('ari-login'), { state: 'fail', sentence: /ari\.conf/ })
  t.match(wrong.get('ami-permissions'), { state: 'unknown' })
  t.match(wrong.get('endpoint-contexts'), { state: 'unknown' })
  t.match(wrong.get('database'), { state: 'ok' }, 'what is not the PBX is looked at all the same')
  t.notMatch(JSON.stringify([...wrong.values(), ...log.lines]), 'open-sesame')

  const gone = await findings({
    ami: { ...config.pbx.ami, port: 9 },
    ari: { ...config.pbx.ari, url: 'http://127.0.0.1:9' },
  })
  t.match(gone.get('ami-reachable'), { state: 'fail', sentence: /Start Asterisk/ })
  t.match(gone.get('ari-reachable'), { state: 'fail' })
})

t.test('the sidecar’s own port', async (t) => {
  const answers = async (at: Partial<typeof http> = {}) =>
    (await examineSidecar({ ...http, ...at }, sidecar.silent ? 100 : 20_000)).answers
  t.equal(await answers(), 'parley')
  t.equal(await answers({ host: '0.0.0.0' }), 'parley', 'at its own address where it listens at all')
  t.equal(await answers({ port: lab.pbx.httpPort }), 'another', 'Asterisk’s own')
  t.equal(await answers({ port: lab.pbx.amiPort }), 'another', 'no HTTP at all')
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const port = portOf(gone)
  await new Promise((resolve) => gone.close(resolve))
  t.equal(await answers({ port }), 'nobody')
  t.teardown(() => Object.assign(sidecar, { silent: false }))
  sidecar.silent = true
  t.equal(await answers(), 'silence')
})

t.test('AMI and ARI mistaken for each other', async (t) => {
  const { amiPort, httpPort } = lab.pbx
  const swapped = await findings({
    ami: { ...config.pbx.ami, port: httpPort },
    ari: { ...config.pbx.ari, url: `http://127.0.0.1:${amiPort}` },
  })
  t.match(swapped.get('ami-reachable'), { state: 'fail', sentence: /says nothing.*manager\.conf.*5038/ })
  t.match(swapped.get('ari-reachable'), { state: 'fail', sentence: /Something answers.*http\.conf.*8088/ })
})

t.test('an account that Asterisk lets in but once', async (t) => {
  const usual = 'read=system,call,agent,user'
  const once = (conf: string) => conf.replace(usual, `${usual}\nallowmultiplelogin=no`)
  await edited(t, 'manager.conf', once, 'manager reload')
  const line = 'allowmultiplelogin = yes'
  t.match((await findings()).get('ami-permissions'), { state: 'warn', sentence: /doctor/, todo: line })

  const first = startPbx(t, { ami: config.pbx.ami })
  await until('Parley is in', () => isLive(first))
  t.match(first.warnings(), [{ code: 'missing-permission', todo: line }])
  const found = await findings()
  t.match(found.get('ami-reachable'), { state: 'ok' })
  t.match(found.get('ami-login'), {
    state: 'fail',
    sentence: /logged in already.*its section of manager\.conf/,
    todo: line,
  })
  const second = startPbx(t, { ami: config.pbx.ami })
  await until('the second is told', () => linkCode(second, 'ami') === 'in-use')
  const file = join(lab.pbx.folder, 'etc', 'manager.conf')
  await writeFile(file, (await readFile(file, 'utf8')).replace('allowmultiplelogin=no', line))
  await lab.pbx.cli('manager reload')
  await until('what is to be pasted, and reloaded, lets it in', () => isLive(second), 30_000)
  t.equal(first.health().ami.kind, 'up')
})

t.test('permissions that are missing, each with its line', async (t) => {
  const grant = (read: string, write: string) => (conf: string) =>
    conf
      .replace('read=system,call,agent,user', `read=${read}`)
      .replace('write=reporting,message,agent', `write=${write}`)
  await t.test('one that stops Parley', async (t) => {
    await edited(t, 'manager.conf', grant('system,call,agent,user', 'message,agent'), 'manager reload')
    t.match((await findings()).get('ami-permissions'), {
      state: 'fail',
      sentence: /write permission reporting/,
      todo: 'write = reporting,message,agent',
    })
  })
  await t.test('those that make it late and mute', async (t) => {
    await edited(t, 'manager.conf', grant('system,call,user', 'reporting'), 'manager reload')
    const readOnly = (conf: string) => conf.replace('read_only=no', 'read_only=yes')
    await edited(t, 'ari.conf', readOnly, 'module reload res_ari.so')
    const found = await findings()
    t.match(found.get('ami-permissions'), {
      state: 'warn',
      sentence: /write permission message.*write permission agent.*can’t pause.*read permission agent/,
      todo: 'write = reporting,message,agent\nread = system,call,agent,user',
    })
    t.match(found.get('ari-permissions'), { state: 'warn', todo: 'read_only = no' })
  })
})

t.test('a dialplan without Parley, and one that keeps texts elsewhere', async (t) => {
  await t.test('without', async (t) => {
    const without = (conf: string) => conf.replace(/#include .*/, '').replace(/^PARLEY_SPOOL=.*$/m, '')
    await edited(t, 'extensions.conf', without, 'dialplan reload')
    // A reload adds and changes globals; only with clearglobalvars does it take one away.
    await lab.pbx.cli('dialplan set global PARLEY_SPOOL ""')
    const found = await findings()
    t.match(found.get('dialplan-hook'), {
      state: 'fail',
      sentence: /no parley-inbound, parley-spool, parley-phone/,
      todo: '#include extensions_parley.conf',
    })
    t.match(found.get('spool-variable'), { state: 'fail', todo: `PARLEY_SPOOL=${lab.pbx.spoolFolder}` })
  })
  await t.test('elsewhere, and with a ring group that nobody understands', async (t) => {
    const odd = '\n[ext-group](+)\nexten => 601,1,Set(RingGroupMethod=hunt)\n'
    const elsewhere = (conf: string) => conf.replace(/^PARLEY_SPOOL=.*$/m, 'PARLEY_SPOOL=/tmp') + odd
    await edited(t, 'extensions.conf', elsewhere, 'dialplan reload')
    const found = await findings()
    t.match(found.get('spool-variable'), { state: 'fail', sentence: /keeps texts in \/tmp, / })
    t.match(found.get('groups-readable'), { state: 'warn', sentence: /exten => 601,1.*ring group 601/ })
  })
})

t.test('the spool folder', async (t) => {
  const { spoolFolder } = lab.pbx
  const fresh = join(spoolFolder, 'new')
  const runsAs = await asteriskUser({ host: '127.0.0.1', port: lab.pbx.amiPort })
  t.equal(runsAs?.uid, process.getuid?.())
  t.equal(await asteriskUser({ host: '192.0.2.1', port: lab.pbx.amiPort }), null, 'on another machine')
  const judged = async (code: FindingCode, as = runsAs) =>
    judgeSpool(await examineSpool(spoolFolder), known({ ...healthyPbx, runsAs: as })).find(
      (one) => one.code === code,
    )

  await rename(fresh, `${fresh}-gone`)
  t.match(await judged('spool-folder'), { state: 'fail', todo: /^mkdir -p / })
  t.match(await judged('spool-waiting'), { state: 'unknown' })
  await rename(`${fresh}-gone`, fresh)
  t.match(await judged('spool-folder'), { state: 'ok' })

  t.teardown(() => chmod(fresh, 0o755))
  const stranger = { uid: 4_000_000_000, name: 'asterisk', gids: [4_000_000_000] }
  await chmod(fresh, 0o755)
  t.match(await judged('spool-folder', stranger), { state: 'fail', sentence: /as asterisk.*mode 0755/ })
  await chmod(fresh, 0o775)
  t.match(await judged('spool-folder', stranger), { state: 'warn' })
  await chmod(fresh, 0o777)
  t.match(await judged('spool-folder', stranger), { state: 'ok' })

  const record = join(fresh, 'stuck')
  await writeFile(record, 'id=stuck')
  t.match(await judged('spool-waiting'), { state: 'ok', sentence: /1 text waits/ })
  const old = new Date(Date.now() - 3_600_000)
  await utimes(record, old, old)
  await writeFile(join(spoolFolder, 'aside', 'odd'), 'odd')
  const found = await findings()
  t.match(found.get('spool-waiting'), { state: 'fail', sentence: /the oldest since 36\d\d s/ })
  t.match(found.get('spool-aside'), { state: 'warn', sentence: /1 file was set aside/ })
  await Promise.all([rm(record), rm(join(spoolFolder, 'aside', 'odd'))])
})

t.test('an endpoint without a context for texts, and one with that of its calls', async (t) => {
  const exposed = (conf: string) =>
    conf
      .replace('[104](phone)', '[104](phone)\nmessage_context=')
      .replace('[105](phone)', '[105](phone)\nmessage_context=from-internal')
      .replace('[106](phone)', '[106](phone)\nmessage_context=another-module')
  await edited(t, 'pjsip.conf', exposed, 'module reload res_pjsip.so')
  t.match((await findings()).get('endpoint-contexts'), {
    state: 'fail',
    sentence: /2 endpoints 104, 105 have no context for texts/,
    todo: '[104](+)\nmessage_context = parley-phone\n[105](+)\nmessage_context = parley-phone',
  })
})

t.test('a text that holds up all others', async (t) => {
  const slow = '\n[slow]\nexten => 1,1,NoOp()\nexten => 2,1,Wait(6)\nexten => 3,1,Queue(8000)\n'
  await edited(t, 'extensions.conf', (conf) => conf + slow, 'dialplan reload')
  const slowly = (conf: string) => conf.replace('[106](phone)', '[106](phone)\nmessage_context=slow')
  await edited(t, 'pjsip.conf', slowly, 'module reload res_pjsip.so')
  const ami = await openAmi({
    access: config.pbx.ami,
    times: patient.pbx.ami,
    log,
    signal: new AbortController().signal,
    onEvent: () => {},
  })
  t.teardown(() => ami.end({ code: 'lost', sentence: 'The test is over.' }))
  const stuckIn = async () => (await readMessageQueue(ami, patient.pbx.messageQueue)).stuckIn
  const calls = (count: RegExp) =>
    until(`${count}`, async () => count.test(await lab.pbx.cli('core show channels count')))
  const phone = await lab.phone('106')
  t.equal(await stuckIn(), null, 'before the first text there is no channel')
  t.equal((await phone.sendText('1', 'quick')).code, 202)
  await until('the channel', async () =>
    /ast_msg_queue/.test(await lab.pbx.cli('core show channels concise')),
  )
  await calls(/0 active calls/)
  t.equal(await stuckIn(), null, 'afterwards it stays, idle, and gets older')

  await phone.sendText('2', 'slow')
  await calls(/1 active call\b/)
  t.equal(await stuckIn(), 'Wait(6) at [slow] exten => 2,1')
  await calls(/0 active calls/)
  t.equal(await stuckIn(), null, 'though it still shows its last application')

  const [caller, called] = [await lab.phone('101'), await lab.phone('102')]
  await lab.pbx.cli('channel originate PJSIP/101 extension 102@from-internal')
  const call = await caller.calls.next()
  call.answer()
  const there = await called.calls.next()
  there.ring()
  await calls(/[1-9] active call/)
  t.equal(await stuckIn(), null, 'a call that rings is none of it')
  there.answer()
  t.equal(await stuckIn(), null, 'nor is one in progress')
  await call.hangUp()
  await call.ended

  await phone.sendText('3', 'queued')
  await until('it waits in the queue', async () =>
    /1\. Message\/ast_msg_queue/.test(await lab.pbx.cli('queue show 8000')),
  )
  t.match((await findings()).get('message-queue'), {
    state: 'fail',
    sentence: /^SIP messaging is blocked: kill and restart Asterisk\..*Queue\(8000\) at \[slow\]/,
    todo: /^kill -9/,
  })
  await lab.pbx.kill9()
  await ami.ended
  await lab.pbx.start()
  t.match((await findings()).get('message-queue'), { state: 'ok' })
})

t.test('a damaged database, and a key that others may read', async (t) => {
  await chmod(config.keyFile, 0o644)
  const mediaFolder = join(folder, 'files')
  await mkdir(mediaFolder, { mode: 0o755 })
  t.match(
    judgeStorage(await examineStorage([folder], config.keyFile, mediaFolder), notKnown('not looked at')),
    [
      { code: 'disk-space' },
      { code: 'key-file', state: 'fail', todo: `chmod 600 ${config.keyFile}` },
      { code: 'media-folder', state: 'fail', todo: `chmod 700 ${mediaFolder}` },
    ],
  )
  await chmod(config.keyFile, 0o600)

  const file = join(folder, 'damaged.sqlite')
  const judged = async () => judgeDatabase(await examineDatabase(file, 60_000))
  t.match(await judged(), { state: 'warn' }, 'none yet')
  await writeFile(file, 'no database at all, but long enough to look like one')
  t.match(await judged(), { state: 'fail', sentence: /file is not a database/ })
  await t.rejects(examineDatabase(join(folder, 'parley.sqlite'), 1), /took more than 0.001 s/)
})

t.test('at the console', async (t) => {
  const file = join(folder, 'parley.json')
  const { ami, ari, spoolFolder } = config.pbx
  const { ca: _amiCa, ...amiSettings } = ami
  const { ca: _ariCa, ...ariSettings } = ari
  const settings = { pbx: { ami: amiSettings, ari: ariSettings, spoolFolder }, http, dataFolder: folder }
  await writeFile(file, JSON.stringify(settings), { mode: 0o600 })
  const healthy = await parley(file, 'doctor')
  t.equal(healthy.code, 0, healthy.out)
  t.match(healthy.out, /^ok {5}ami-login +AMI lets "parley" in\.$/m)
  t.match(healthy.out, /All is well\.\n$/)

  const read = await parley(file, 'pbx')
  t.equal(read.code, 0)
  t.match(read.out, /Extensions \(6\)\n {2}number {2}name .*\n {2}101 {5}Alice Adams +PJSIP\/101/)
  t.match(read.out, /queue +8000 .*rrmemory +101 +Alice Adams +static/)
  t.match(read.out, /DIDs \(2\)/)
  t.match(JSON.parse((await parley(file, 'pbx', '--json')).out), {
    freshness: 'live',
    extensions: { length: 6 },
    presence: { length: 6 },
    dids: ['16313808000', '6313808001'],
  })

  await writeFile(file, '{}')
  const empty = await parley(file, 'doctor', '--json')
  t.equal(empty.code, 1)
  t.match(JSON.parse(empty.out), { healthy: false, findings: [{ code: 'configuration', state: 'fail' }] })
})

const program = fileURLToPath(new URL('../../module/cli/parley.ts', import.meta.url))

function parley(file: string, ...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, PARLEY_CONFIG: file }
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, out: stdout || stderr })
    })
  })
}
