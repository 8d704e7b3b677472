import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Lab, startLab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { type StandInPbx, startStandIn } from './stand-in-pbx.ts'

interface Applied {
  readonly dialplan: string
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly manager: { readonly secret: string; readonly read: string; readonly write: string }
  readonly ari: { readonly password: string }
}

/** What Apply Config writes, in the place of what the lab has of Parley; then the reload that FreePBX does. */
async function apply(pbx: StandInPbx, { pbx: asterisk }: Lab): Promise<Applied> {
  const applied = (await pbx.drive('applyConfig')) as Applied
  const edit = (name: string, change: (text: string) => string) => {
    const file = join(asterisk.folder, 'etc', name)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  }
  const [globals = '', ...contexts] = applied.dialplan.split(/\n(?=\[)/)
  edit('extensions.conf', (text) =>
    text
      .replace(/^PARLEY_SPOOL=.*$/m, globals.replace('[globals]', ''))
      .replace(/^#include .*extensions_parley\.conf$/m, contexts.join('\n')),
  )
  edit('pjsip.conf', (text) =>
    Object.entries(applied.endpoints).reduce(
      (conf, [endpoint, { message_context }]) =>
        conf.replace(
          new RegExp(`^(\\[${endpoint}\\](?:\\(phone\\)\\n|\\ntype=endpoint\\n))`, 'm'),
          `$1message_context=${message_context}\n`,
        ),
      text.replace(/^message_context=.*\n/gm, ''),
    ),
  )
  edit('manager.conf', (text) => text.replace(/(\[parley\]\nsecret=).*/, `$1${applied.manager.secret}`))
  edit('ari.conf', (text) => text.replace(/^password=.*$/m, `password=${applied.ari.password}`))
  await asterisk.stop()
  await asterisk.start()
  return applied
}

t.test('the hooks’ output, in a real Asterisk', async (t) => {
  const lab = await startLab(t)
  const pbx = await startStandIn(t, { ami: lab.pbx.amiPort, http: lab.pbx.httpPort })
  await pbx.drive('call', ['install'])
  // Without the sidecar, so that what Asterisk spools can be looked at.
  await pbx.drive('call', ['stopFreepbx'])
  const applied = await apply(pbx, lab)

  t.same(
    applied.endpoints,
    {
      '101': { message_context: 'parley-phone' },
      '102': { message_context: 'parley-phone' },
      '103': { message_context: 'parley-phone' },
      trunk1: { message_context: 'parley-inbound' },
      anonymous: { message_context: 'parley-phone' },
    },
    'all that have none; not the disabled trunk, not what somebody set, no chan_sip device',
  )
  t.match(pbx.query("SELECT * FROM notifications WHERE id = 'contexts'"), [
    { level: 'notice', extended_text: /104 \(smsconnector-messages\)/ },
  ])
  const shown = await lab.pbx.cli('pjsip show endpoint trunk1')
  t.match(shown, /message_context\s*: parley-inbound/)
  const source = readFileSync(join(pbx.module, 'dialplan/extensions_parley.conf'), 'utf8')
  for (const context of ['parley-inbound', 'parley-spool', 'parley-phone']) {
    t.match(await lab.pbx.cli(`dialplan show ${context}`), new RegExp(`Context '${context}'`))
    t.notMatch(await lab.pbx.cli(`dialplan show ${context}`), /-custom/)
  }
  const commands = source.split('\n').filter((line) => /^\s*(exten|same) =>/.test(line)).length
  t.equal(
    applied.dialplan.split('\n').filter((line) => line.startsWith('exten =>')).length,
    commands + 1,
    'every line of the file, and one that keeps the empty context',
  )

  const spool = join(pbx.folder, 'spool/parley/new')
  for (const to of ['16313808000', '+16313808000']) {
    t.equal((await lab.carrier.sendText({ from: '+19542788086', to, text: `to ${to}` })).code, 202)
  }
  await until('both are spooled', () => readdirSync(spool).length === 2)
  const records = readdirSync(spool).map((name) => readFileSync(join(spool, name), 'utf8'))
  t.ok(records.every((record) => record.endsWith('&end=1\n')))

  const alice = await lab.phone('101')
  const bob = await lab.phone('102')
  for (const to of ['600', '8000', '102', '+16313808000'])
    t.equal((await alice.sendText(to, 'hello')).code, 404, to)
  t.same([bob.calls.seen, readdirSync(spool).length], [[], 2], 'and nothing rang')
  t.match(await lab.pbx.cli('core show channels count'), /^0 active channels/)

  await pbx.drive('call', ['startFreepbx'])
  await until('the sidecar took them', () => existsSync(spool) && readdirSync(spool).length === 0, 20_000)
  await until(
    'the accounts that FreePBX made let it in',
    async () => ((await pbx.drive('health')) as { state: string }).state === 'ok',
    20_000,
  )
  await pbx.drive('notify')
  t.same(
    pbx.query("SELECT * FROM notifications WHERE level = 'error'"),
    [],
    'all is well: no red on the dashboard',
  )
  const { token } = (await pbx.drive('ajax', [{ command: 'token' }])) as { token: string }
  const unrouted = await fetch(`http://127.0.0.1:${pbx.port}/api/v1/unrouted`, {
    headers: { authorization: `Bearer ${token}` },
  })
  t.match(await unrouted.json(), { items: [{ text: 'to +16313808000' }, { text: 'to 16313808000' }] })
})
