import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { signToken, verifyToken } from '../../module/app/session-token.ts'
import { readConfig } from '../../module/config.ts'
import { readKeys } from '../../module/keys.ts'
import { parseNames } from '../../module/pbx/names/pbx-names.ts'
import { until } from '../lab/until.ts'
import { type StandInPbx, startStandIn } from './stand-in-pbx.ts'

const later = 11 * 60 * 1000
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const data = (pbx: StandInPbx) => join(pbx.folder, 'varlib/parley')
const config = (pbx: StandInPbx) => readConfig({ PARLEY_CONFIG: join(data(pbx), 'parley.json') })
const key = (pbx: StandInPbx) => readKeys(config(pbx).keyFile).tokenKey
const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
      } catch {
        return [] // It ended while we looked.
      }
    })

interface Token {
  readonly status: boolean
  readonly token: string
  readonly expiresAt: number
}

t.test('installs, and takes everything with it when it goes', async (t) => {
  const pbx = await startStandIn(t)
  const before = pbx.listing()
  await pbx.drive('call', ['install'])
  t.match(pbx.said(), /Making the Asterisk Manager and ARI users…done[\s\S]*after the next Apply Config/)

  const read = config(pbx)
  const [ami] = pbx.query("SELECT * FROM manager WHERE name = 'parley'")
  const [ari] = pbx.query("SELECT * FROM arimanager WHERE name = 'parley'")
  t.match(ami, {
    secret: read.pbx.ami.secret,
    permit: '127.0.0.1/255.255.255.255',
    read: 'system,call,agent,user',
    write: 'reporting,message,agent',
    writetimeout: 5000,
  })
  t.match(ari, { password: read.pbx.ari.password, password_format: 'plain', read_only: 0 })
  t.match(read.pbx.ami.secret, /^[0-9a-f]{48}$/)
  t.equal(read.pbx.ari.url, 'http://127.0.0.1:9')
  t.equal(read.pbx.spoolFolder, join(pbx.folder, 'spool/parley'))
  for (const file of ['parley.json', 'parley.key', 'names.json'])
    t.equal(mode(join(data(pbx), file)), '600', file)
  for (const path of [data(pbx), read.pbx.spoolFolder, join(read.pbx.spoolFolder, 'new')])
    t.equal(mode(path), '700', path)
  t.match(pbx.query('SELECT * FROM cron_jobs'), [
    { modulename: 'parley', class: 'FreePBX\\modules\\Parley\\Job' },
  ])
  t.match(
    readFileSync(join(pbx.folder, 'apache2/conf-enabled/parley.conf'), 'utf8'),
    new RegExp(`127.0.0.1:${pbx.port}/" upgrade=websocket`),
  )
  t.match(
    readFileSync(join(pbx.folder, 'commands.log'), 'utf8'),
    /a2enmod[\s\S]*a2enconf[\s\S]*configtest[\s\S]*reload/,
  )

  const health = `http://127.0.0.1:${pbx.port}/health/ready`
  await until(
    'the sidecar answers',
    () =>
      fetch(health).then(
        (answer) => answer.ok,
        () => false,
      ),
    15_000,
  )
  const secrets = [read.pbx.ami.secret, read.pbx.ari.password, readFileSync(read.keyFile, 'utf8').trim()]
  for (const secret of secrets)
    t.notOk(
      commandLines().some((line) => line.includes(secret)),
      'no secret in ps',
    )
  t.notOk(
    secrets.some((secret) =>
      readFileSync(join(pbx.folder, 'varlib/parley_out.log'), 'utf8').includes(secret),
    ),
  )
  t.match(
    await pbx.drive('health'),
    { state: 'degraded', sentences: [/Apply Config/] },
    'a clear state until then',
  )
  await pbx.drive('notify')
  t.match(pbx.query('SELECT * FROM notifications'), [{ module: 'parley', level: 'error' }])

  const stopped = Date.now()
  await pbx.drive('call', ['stopFreepbx'])
  t.equal(await fetch(health).catch(() => null), null, 'stopped, and pm2 had to kill nothing')
  t.ok(Date.now() - stopped < 5000)
  await pbx.drive('call', ['startFreepbx'])
  await until(
    'it runs again',
    () =>
      fetch(health).then(
        (answer) => answer.ok,
        () => false,
      ),
    15_000,
  )

  await pbx.drive('save', ['user', 7, { parley_allowed: 'true', parley_supervisor: 'inherit' }])
  await pbx.drive('save', ['user', 9, { parley_allowed: 'true', parley_supervisor: 'true' }])
  const tree = await pbx.drive('call', ['chownFreepbx'])
  t.match(tree, [
    { path: data(pbx), perms: 0o700 },
    { perms: 0o700 },
    {},
    { path: /bin\/node$/, perms: 0o755 },
  ])

  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  t.equal(pbx.listing(), before, 'nothing is left behind: no file, no row')
  t.equal(await fetch(health).catch(() => null), null)
})

t.test('keeps messages unless told otherwise, and goes on with them', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  await until('there is a database', () => existsSync(join(data(pbx), 'parley.sqlite')), 15_000)
  const firstKey = readFileSync(join(data(pbx), 'parley.key'), 'utf8')
  await pbx.drive('call', ['uninstall'])
  t.match(pbx.said(), /The messages were kept in/)
  t.ok(
    readdirSync(data(pbx)).every((name) => /^parley\.(sqlite|key)|^backups$/.test(name)),
    readdirSync(data(pbx)).join(),
  )
  t.same(pbx.query("SELECT * FROM manager WHERE name = 'parley'"), [])
  await pbx.drive('call', ['install'])
  t.equal(readFileSync(join(data(pbx), 'parley.key'), 'utf8'), firstKey)

  const accounts = () =>
    JSON.stringify([pbx.query('SELECT * FROM manager'), pbx.query('SELECT * FROM arimanager')])
  const known = accounts()
  await pbx.drive('call', ['install'])
  t.equal(accounts(), known, 'an upgrade keeps its accounts: no Apply Config is needed')
  t.match(
    readdirSync(join(data(pbx), 'backups')),
    [/^before-upgrade-\d{8}-\d{6}\.sqlite$/],
    'and copies the database before',
  )

  const copy = String(await pbx.drive('snapshot', ['for-backup']))
  t.equal(readFileSync(copy).subarray(0, 15).toString(), 'SQLite format 3')
  t.equal(mode(copy), '600')
  await pbx.drive('putBack', [copy])
  await until(
    'it runs with what was put back',
    () =>
      fetch(`http://127.0.0.1:${pbx.port}/health/live`).then(
        (answer) => answer.ok,
        () => false,
      ),
    15_000,
  )

  await pbx.drive('call', ['disable'])
  t.same(pbx.query('SELECT * FROM pm2'), [], 'disabling stops it')
  await pbx.drive('call', ['enable'])
  t.match(pbx.query('SELECT * FROM pm2'), [{ name: 'parley' }])
})

t.test('a failure says what failed and leaves the PBX as it was', async (t) => {
  const pbx = await startStandIn(t)
  await t.rejects(pbx.drive('call', ['install'], { STAND_IN_ARI_FAILS: '1' }), {
    message: /could not be installed. ARI users can’t be made today. The PBX goes on as it was/,
  })
  t.match(pbx.said(), /Making the Asterisk Manager and ARI users…failed/)
  t.same(pbx.query("SELECT * FROM manager WHERE name = 'parley'"), [], 'what was made is taken back')
  t.same(pbx.query('SELECT * FROM pm2'), [])

  await pbx.drive('call', ['install'], { STAND_IN_APACHE_FAILS: '1' })
  t.notOk(
    existsSync(join(pbx.folder, 'apache2/conf-enabled/parley.conf')),
    'a refused configuration is withdrawn',
  )
  t.match(pbx.said(), /As root, run:\n {2}cp .*apache\.conf .*a2enmod.*\n {2}systemctl reload apache2/)
  t.match(await pbx.drive('page'), /class="alert alert-warning"[\s\S]*systemctl reload apache2/)
  await pbx.drive('call', ['setUpProxy'], { STAND_IN_ROOT: '0' })
  t.match(pbx.said(), /As root, run/, 'who is not root is told what to type')

  const file = join(pbx.module, 'dialplan/extensions_parley.conf')
  const dialplan = readFileSync(file, 'utf8')
  unlinkSync(file)
  const applied = (await pbx.drive('applyConfig')) as { dialplan: string }
  t.notMatch(applied.dialplan, /parley-spool/)
  // The second part of Apply Config went well, and must not hide that the first did not.
  t.match(pbx.query("SELECT * FROM notifications WHERE id = 'apply-dialplan'"), [
    { extended_text: /extensions_parley\.conf is missing/ },
  ])
  writeFileSync(file, dialplan)
  await pbx.drive('applyConfig')
  t.same(pbx.query("SELECT * FROM notifications WHERE level = 'error'"), [])

  rmSync(join(pbx.module, 'sidecar/node_modules'), { recursive: true })
  await t.rejects(pbx.drive('call', ['install']), { message: /holds no Node for this machine/ })
  t.match(
    pbx.query("SELECT * FROM manager WHERE name = 'parley'"),
    [{}],
    'a failed upgrade takes nothing away',
  )
})

t.test('names, tokens and widgets are for those who are allowed', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  t.same(await pbx.drive('widgets', [7]), [
    [],
    [],
    { allowed: false, base: '/parley/' },
    { title: 'Messages', html: '<div class="parley-place"></div>' },
  ])
  t.equal(await pbx.drive('portal', [7, { command: 'token' }]), 'declined')
  t.match(await pbx.drive('configPage', ['user', { id: 7 }]), /name="parley_allowed" value="inherit" checked/)

  await pbx.drive('save', ['group', 1, { parley_allowed: 'true', parley_supervisor: 'false' }])
  await pbx.drive('save', ['user', 7, { parley_allowed: 'true', parley_supervisor: 'true' }])
  await pbx.drive('save', ['user', 9, { parley_allowed: 'false', parley_supervisor: 'inherit' }])
  t.match(await pbx.drive('configPage', ['user', { id: 7 }]), /name="parley_supervisor" value="true" checked/)

  const names = parseNames(readFileSync(join(data(pbx), 'names.json'), 'utf8'))
  t.same(
    [...names.groups],
    [
      ['ring-group/600', 'Sales'],
      ['queue/8000', 'Support Department'],
    ],
  )
  t.same(
    [...names.dids],
    [
      ['16313808000', 'Support line'],
      ['s', 'Any'],
    ],
  )
  t.same([...names.schedules.values()], ['Office hours'])
  t.same(names.portalUsers, [
    { id: '7', name: 'Alice Adams', extensions: ['101'] },
    { id: '8', name: 'Bob Brown', extensions: ['102'] },
  ])

  const dashboards = (user: number) =>
    pbx.query(
      `SELECT "key", val FROM userman_users_settings WHERE module = 'ucp|Global' AND uid = ${user} ORDER BY "key" DESC`,
    )
  const [made, layout] = dashboards(7)
  const [dashboard] = JSON.parse(String(made?.val)) as { id: string }[]
  t.equal(layout?.key, `dashboard-layout-${dashboard?.id}`, 'who never opened the portal has a dashboard now')
  t.match(JSON.parse(String(layout?.val)), [{ rawname: 'parley', widget_type_id: 'messages', col: 12 }])
  await pbx.drive('save', ['user', 9, { parley_allowed: 'true', parley_supervisor: 'inherit' }])
  t.match(
    JSON.parse(String(dashboards(9)[1]?.val)),
    [{ rawname: 'voicemail' }, { rawname: 'parley', size_y: 7 }],
    'below what is there',
  )
  await pbx.drive('call', ['disable'])
  t.match(JSON.parse(String(dashboards(9)[1]?.val)), [{ rawname: 'voicemail' }])
  t.equal(JSON.parse(String(dashboards(9)[1]?.val)).length, 1, 'no widget of a disabled module')
  await pbx.drive('call', ['enable'])
  t.match(JSON.parse(String(dashboards(9)[1]?.val)), [{}, { rawname: 'parley' }], 'and back again')

  const [widgets, side, settings] = (await pbx.drive('widgets', [7])) as [
    { list: Record<string, Record<string, { height: number; width: number }>> },
    unknown,
    unknown,
  ]
  const { defaultsize, minsize } = widgets.list.messages ?? {}
  t.ok(
    (minsize?.height ?? 99) <= (defaultsize?.height ?? 0),
    'the portal stops on a widget whose least size is above its usual one',
  )
  t.match(side, { rawname: 'parley' })
  t.same(settings, { allowed: true, base: '/parley/' })

  const alice = (await pbx.drive('portal', [7, { command: 'token', panel: 'p1', extension: '999' }])) as Token
  const verdict = verifyToken(key(pbx), alice.token, Date.now())
  t.match(
    verdict,
    { kind: 'valid', viewer: { extension: '101', roles: ['agent', 'supervisor'] } },
    'another’s extension can’t be asked for',
  )
  t.ok(alice.expiresAt * 1000 - Date.now() <= 10 * 60 * 1000)
  const bob = (await pbx.drive('portal', [8, { command: 'token', panel: 'p1' }])) as Token
  t.match(verifyToken(key(pbx), bob.token, Date.now()), {
    kind: 'valid',
    viewer: { extension: '102', roles: ['agent'] },
  })
  const again = (await pbx.drive('portal', [8, { command: 'token', panel: 'p2' }])) as Token
  const session = (token: string) => {
    const found = verifyToken(key(pbx), token, Date.now())
    return found.kind === 'valid' ? found.viewer.sessionId : null
  }
  t.not(session(bob.token), session(again.token), 'two panels are two sessions')
  const admin = (await pbx.drive('ajax', [{ command: 'token', panel: 'a' }])) as Token
  t.match(verifyToken(key(pbx), admin.token, Date.now()), {
    kind: 'valid',
    viewer: { extension: null, roles: ['admin'] },
  })
  t.equal(await pbx.drive('ajax', [{ command: 'anything' }]), 'declined')

  t.equal(verifyToken(key(pbx), admin.token, Date.now() + later).kind, 'expired', 'ten minutes')
  const [body = ''] = admin.token.split('.')
  t.equal(verifyToken(key(pbx), `${body}.${alice.token.split('.')[1]}`, Date.now()).kind, 'invalid', 'forged')
  const url = `http://127.0.0.1:${pbx.port}/api/v1/me`
  await until(
    'the sidecar answers',
    () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    15_000,
  )
  const ask = async (token: string) => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? ''}`
  }
  t.equal(await ask(alice.token), '200 ', 'the running sidecar takes what PHP minted')
  t.equal(await ask(`${alice.token.slice(0, -4)}AAAA`), '401 not-signed-in')
  const stale = signToken(key(pbx), {
    sid: 's',
    ext: '101',
    roles: ['agent'],
    exp: Math.floor(Date.now() / 1000) - 1,
  })
  t.equal(await ask(stale), '401 token-expired')

  writeFileSync(config(pbx).keyFile, 'damaged\n')
  t.match(await pbx.drive('portal', [7, { command: 'token' }]), {
    status: false,
    message: /key file .* is missing or damaged/,
  })
})

t.test('backup, restore and console', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  await until('there is a database', () => existsSync(join(data(pbx), 'parley.sqlite')), 15_000)
  const kept = join(pbx.folder, 'spool/backup')
  const files = await pbx.drive('backup', [kept])
  t.match(files, [{ type: 'parley-database' }, { type: 'parley-key' }])
  const firstKey = readFileSync(join(data(pbx), 'parley.key'), 'utf8')

  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  await pbx.drive('call', ['install'])
  t.not(readFileSync(join(data(pbx), 'parley.key'), 'utf8'), firstKey)
  t.same(await pbx.drive('restore', [kept, files]), [])
  t.equal(
    readFileSync(join(data(pbx), 'parley.key'), 'utf8'),
    firstKey,
    'the key comes back with the database',
  )
  t.equal(mode(join(data(pbx), 'parley.key')), '600')
  t.match(await pbx.drive('restore', [kept, []]), [/holds no messages/])

  t.match(await pbx.drive('fwconsole', ['link', '--extension', '101']), {
    code: 0,
    text: new RegExp(`^http://127.0.0.1:${pbx.port}/agent#token=`),
  })
  t.match(await pbx.drive('fwconsole', ['link', '--extension', 'no; id']), {
    code: 78,
    text: /takes an extension/,
  })
  t.match(await pbx.drive('fwconsole', ['stop']), { code: 0 })
  t.match(await pbx.drive('health'), { state: 'down' })
  t.match(await pbx.drive('fwconsole', ['start']), { code: 0 })
  t.match(await pbx.drive('fwconsole', ['repair']), { code: 0 })
})

t.test('a link in the data folder’s place is not followed to other files', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  const target = join(pbx.folder, 'precious')
  writeFileSync(target, 'precious')
  rmSync(join(data(pbx), 'names.json'))
  symlinkSync(target, join(data(pbx), 'names.json'))
  await pbx.drive('save', ['user', 7, { parley_allowed: 'true' }])
  t.equal(readFileSync(target, 'utf8'), 'precious', 'it is replaced, not written through')
  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  t.equal(readFileSync(target, 'utf8'), 'precious')
})
