import { existsSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../lab/until.ts'
import { configOf, dataFolder, mode, startStandIn } from './stand-in-pbx.ts'

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

t.test('installs, and takes everything with it when it goes', async (t) => {
  const pbx = await startStandIn(t)
  const before = pbx.listing()
  await pbx.drive('call', ['install'])
  t.match(pbx.said(), /Making the Asterisk Manager and ARI users…done[\s\S]*after the next Apply Config/)

  const read = configOf(pbx)
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
    t.equal(mode(join(dataFolder(pbx), file)), '600', file)
  for (const path of [dataFolder(pbx), read.pbx.spoolFolder, join(read.pbx.spoolFolder, 'new')])
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
  await pbx.drive('stop')
  t.equal(await fetch(health).catch(() => null), null, 'stopped, and pm2 had to kill nothing')
  t.ok(Date.now() - stopped < 5000)
  await pbx.drive('start')
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
  const tree = await pbx.drive('chown')
  t.match(tree, [
    { path: dataFolder(pbx), perms: 0o700 },
    { perms: 0o700 },
    {},
    { path: /bin\/node$/, perms: 0o755 },
  ])

  await pbx.drive('applyConfig')
  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  t.equal(pbx.listing(), before, 'nothing is left behind: no file, no row')
  t.equal(await fetch(health).catch(() => null), null)
})

t.test('keeps messages unless told otherwise, and goes on with them', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  await until('there is a database', () => existsSync(join(dataFolder(pbx), 'parley.sqlite')), 15_000)
  const firstKey = readFileSync(join(dataFolder(pbx), 'parley.key'), 'utf8')
  await pbx.drive('call', ['uninstall'])
  t.match(pbx.said(), /The messages were kept in/)
  t.ok(
    readdirSync(dataFolder(pbx)).every((name) => /^parley\.(sqlite|key)|^backups$/.test(name)),
    readdirSync(dataFolder(pbx)).join(),
  )
  t.same(pbx.query("SELECT * FROM manager WHERE name = 'parley'"), [])
  await pbx.drive('call', ['install'])
  t.equal(readFileSync(join(dataFolder(pbx), 'parley.key'), 'utf8'), firstKey)

  const accounts = () =>
    JSON.stringify([pbx.query('SELECT * FROM manager'), pbx.query('SELECT * FROM arimanager')])
  const known = accounts()
  await pbx.drive('call', ['install'])
  t.equal(accounts(), known, 'an upgrade keeps its accounts: no Apply Config is needed')
  t.match(
    readdirSync(join(dataFolder(pbx), 'backups')),
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
  t.match(await pbx.drive('page'), /^<div[\s\S]*class="alert alert-warning"[\s\S]*systemctl reload apache2/)
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
