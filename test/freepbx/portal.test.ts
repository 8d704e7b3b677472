import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { signToken, verifyToken } from '../../module/app/people/session-token.ts'
import { readKeys } from '../../module/keys.ts'
import { parseNames } from '../../module/pbx/names/pbx-names.ts'
import { until } from '../lab/until.ts'
import { configOf, dataFolder, mode, type StandInPbx, startStandIn } from './stand-in-pbx.ts'

const later = 11 * 60 * 1000
const key = (pbx: StandInPbx) => readKeys(configOf(pbx).keyFile).tokenKey

interface Token {
  readonly status: boolean
  readonly token: string
  readonly expiresAt: number
}

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

  const names = parseNames(readFileSync(join(dataFolder(pbx), 'names.json'), 'utf8'))
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

  writeFileSync(configOf(pbx).keyFile, 'damaged\n')
  t.match(await pbx.drive('portal', [7, { command: 'token' }]), {
    status: false,
    message: /key file .* is missing or damaged/,
  })
})

t.test('backup, restore and console', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  await until('there is a database', () => existsSync(join(dataFolder(pbx), 'parley.sqlite')), 15_000)
  const kept = join(pbx.folder, 'spool/backup')
  const files = await pbx.drive('backup', [kept])
  t.match(files, [{ type: 'parley-database' }, { type: 'parley-key' }])
  const firstKey = readFileSync(join(dataFolder(pbx), 'parley.key'), 'utf8')

  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  await pbx.drive('call', ['install'])
  t.not(readFileSync(join(dataFolder(pbx), 'parley.key'), 'utf8'), firstKey)
  t.same(await pbx.drive('restore', [kept, files]), [])
  t.equal(
    readFileSync(join(dataFolder(pbx), 'parley.key'), 'utf8'),
    firstKey,
    'the key comes back with the database',
  )
  t.equal(mode(join(dataFolder(pbx), 'parley.key')), '600')
  t.match(await pbx.drive('restore', [kept, []]), [/holds no messages/])

  t.match(await pbx.drive('fwconsole', ['link', '--extension', '101']), {
    code: 0,
    text: new RegExp(`^http://127.0.0.1:${pbx.port}/sign-in#link=`),
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
  rmSync(join(dataFolder(pbx), 'names.json'))
  symlinkSync(target, join(dataFolder(pbx), 'names.json'))
  await pbx.drive('save', ['user', 7, { parley_allowed: 'true' }])
  t.equal(readFileSync(target, 'utf8'), 'precious', 'it is replaced, not written through')
  await pbx.drive('call', ['uninstall'], { PARLEY_DATA: 'delete' })
  t.equal(readFileSync(target, 'utf8'), 'precious')
})
