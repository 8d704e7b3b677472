import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { buildPackages } from '../../module/freepbx/package.ts'
import { freeTcpPortFrom } from '../../module/lab/free-ports.ts'
import { startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { hostArchitecture, portsFrom } from './stand-in-pbx.ts'

t.test('the guide’s steps, typed one after another beside a real Asterisk', async (t) => {
  const lab = await startLab(t)
  const folder = mkdtempSync(join(tmpdir(), 'parley-plain-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const etc = join(lab.pbx.folder, 'etc')
  const port = await freeTcpPortFrom(portsFrom)
  /** The same places, below a folder of ours, and as this user. */
  const here = (text: string) =>
    text
      .replaceAll(/-o asterisk -g asterisk /g, '')
      .replaceAll('/etc/asterisk', etc)
      .replaceAll(/\/(opt|etc\/parley|var\/lib\/parley|var\/spool\/asterisk\/parley)\b/g, `${folder}/$1`)
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  for (const path of ['opt', 'etc', 'var/lib', 'var/spool/asterisk'])
    mkdirSync(join(folder, path), { recursive: true })
  await buildPackages({ outdir: folder, plain: true, architectures: [hostArchitecture] })
  // The lab has accounts of the same name, which a PBX that never saw Parley has not.
  edit(join(etc, 'manager.conf'), (text) => text.replace(/\[parley\][^[]*/, ''))
  edit(join(etc, 'ari.conf'), (text) => text.replace(/\[parley\][^[]*/, ''))

  const unpack = ['tar -xzf parley-asterisk-*.tgz -C /opt']
  execFileSync('bash', ['-euc', here(unpack.join('\n'))], { cwd: folder })
  const root = join(folder, 'opt/parley')
  const guide = readFileSync(join(root, 'INSTALL.md'), 'utf8')
  const steps = [...guide.matchAll(/ {3}```sh\n([\s\S]*?) {3}```/g)].map(([, step = '']) => step)
  t.match(steps[0], unpack[0])
  for (const step of steps.slice(0, 2)) execFileSync('bash', ['-euc', here(step)], { cwd: folder })

  edit(join(folder, 'etc/parley/parley.json'), (text) =>
    here(text)
      .replace('5038', String(lab.pbx.amiPort))
      .replace('8088', String(lab.pbx.httpPort))
      .replace('8077', String(port)),
  )
  const sample = here(readFileSync(join(root, 'extensions.conf.sample'), 'utf8'))
  edit(join(etc, 'extensions.conf'), (text) =>
    text
      .replace(/^PARLEY_SPOOL=.*$/m, /^PARLEY_SPOOL=.*$/m.exec(sample)?.[0] ?? '')
      .replace(/^#include .*$/m, /^#include .*$/m.exec(sample)?.[0] ?? ''),
  )
  await lab.pbx.cli('core reload')

  const unit = here(readFileSync(join(root, 'parley.service'), 'utf8'))
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
  const [program = '', ...args] = setting('ExecStart').split(' ')
  const [variable = '', value = ''] = setting('Environment').split('=')
  const sidecar = spawn(program, args, {
    cwd: setting('WorkingDirectory'),
    env: { [variable]: value },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.teardown(() => void sidecar.kill('SIGKILL'))
  const health = async () => (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as unknown
  await until(
    'Parley has both its connections',
    () =>
      health().then(
        (now) => JSON.stringify(now).includes('"ok"'),
        () => false,
      ),
    20_000,
  )
  await lab.carrier.sendText({ from: '+19542788086', to: '16313808000', text: 'hello' })
  const link = execFileSync(join(root, 'parley'), ['link', '--admin'], {
    env: { ...process.env, PARLEY_CONFIG: value },
    encoding: 'utf8',
  })
  const opened = await fetch(`http://127.0.0.1:${port}/api/v1/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link: new URLSearchParams(new URL(link).hash.slice(1)).get('link') }),
  })
  const { token } = (await opened.json()) as { token: string }
  const unrouted = async () =>
    (
      await fetch(`http://127.0.0.1:${port}/api/v1/unrouted`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).text()
  await until('the text has come', async () => (await unrouted()).includes('hello'))
  t.same(readdirSync(join(folder, 'var/spool/asterisk/parley/new')), [])

  const stopped = Date.now()
  sidecar.kill('SIGTERM')
  const [code] = await once(sidecar, 'close')
  t.equal(code, 0)
  t.ok(Date.now() - stopped < 1500, 'it stops before any supervisor loses patience')
})
