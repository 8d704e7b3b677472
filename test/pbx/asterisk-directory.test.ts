import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Group } from '../../module/domain/directory/group.ts'
import { asExtension, asGroupKey } from '../../module/domain/ids.ts'
import { startLab } from '../lab/start-lab.ts'
import { isLive, keptLog, presenceIn, shortTimes, startPbx, until } from './pbx-under-test.ts'

const lab = await startLab(t)
const { credentials } = lab.pbx
const directories: string[][] = []
const log = keptLog()
const pbx = startPbx(t, {
  ami: { host: '127.0.0.1', port: lab.pbx.amiPort, ...credentials.ami },
  ari: {
    url: `http://127.0.0.1:${lab.pbx.httpPort}`,
    username: credentials.ari.username,
    password: credentials.ari.secret,
  },
  times: { ...shortTimes, link: { ...shortTimes.link, heartbeatMs: 2_000 } },
  checkPeriodMs: 60_000,
  log,
})
pbx.onDirectory((directory) => void directories.push([...directory.groups.keys()]))
await until(pbx, 'live', () => isLive(pbx) && pbx.health().ari.kind === 'up')

function group(key: string): Group {
  const found = pbx.snapshot().directory.groups.get(asGroupKey(key))
  if (found === undefined) throw new Error(`there is no group ${key}`)
  return found
}
const queue = () => group('main/queue/8000')
const queueMember = (extension: string) => queue().members.find((member) => member.extension === extension)

t.test('the directory of the real PBX', async (t) => {
  const { directory, freshness } = pbx.snapshot()
  t.equal(freshness, 'live')
  t.same(
    [...directory.extensions.values()]
      .map(({ extension, name, devices }) => [extension, name, devices])
      .sort(),
    [
      ['101', 'Alice Adams', ['PJSIP/101']],
      ['102', 'Bob Brown', ['PJSIP/102']],
      ['103', 'Carol Clark', ['PJSIP/103']],
      ['104', 'Dave Davis', ['PJSIP/104']],
      ['105', 'Erin Evans', ['PJSIP/105']],
      ['106', 'Frank Fox', ['PJSIP/106']],
    ],
  )
  t.same(directory.dids, ['16313808000', '6313808001'])
  t.match(group('main/ring-group/600'), { strategy: 'ringall', name: null, foreign: [] })
  t.same(
    group('main/ring-group/600').members.map(({ extension, position }) => [extension, position]),
    [
      ['101', 0],
      ['102', 1],
      ['103', 2],
    ],
  )
  t.equal(queue().strategy, 'rrmemory')
  t.same(
    queue().members.map(({ extension, position, membership, penalty, loggedIn, paused }) => [
      extension,
      position,
      membership,
      penalty,
      loggedIn,
      paused,
    ]),
    [
      ['101', 0, 'static', 0, true, false],
      ['102', 1, 'static', 0, true, false],
      ['103', 2, 'static', 5, true, false],
      ['104', 3, 'dynamic', 2, true, false],
      ['105', 4, 'allowed', 3, false, false],
    ],
  )
  t.same(queue().foreign, [])
  t.equal(directories.length, 1, 'told once')
  t.notMatch(JSON.stringify(log.lines), credentials.ami.secret)
  t.notMatch(JSON.stringify(log.lines), credentials.ari.secret)
})

t.test('members log in and out, pause and change their penalty', async (t) => {
  const cli = (command: string) => lab.pbx.cli(command)
  const dave = 'Local/104@from-queue/n'
  await cli(`queue pause member ${dave} queue 8000 reason lunch`)
  await until(pbx, 'paused', () => queueMember('104')?.paused === true)
  t.equal(queueMember('104')?.pausedReason, 'lunch')
  await cli(`queue unpause member ${dave} queue 8000`)
  await until(pbx, 'back', () => queueMember('104')?.paused === false)
  t.equal(queueMember('104')?.pausedReason, null)
  await cli(`queue set penalty 9 on ${dave} in 8000`)
  await until(pbx, 'penalty', () => queueMember('104')?.penalty === 9)
  await cli(`queue remove member ${dave} from 8000`)
  await until(pbx, 'logged out', () => queueMember('104')?.loggedIn === false)
  t.match(queueMember('104'), { membership: 'allowed', penalty: 2 }, 'he stays a member')
  const erin = 'Local/105@from-queue/n'
  await cli(`queue add member ${erin} to 8000 penalty 3 as "Erin Evans" state_interface hint:105@ext-local`)
  await until(pbx, 'logged in', () => queueMember('105')?.loggedIn === true)
  t.match(queueMember('105'), { membership: 'dynamic', penalty: 3, position: 3 })
  await cli('queue add member PJSIP/106 to 8000')
  await until(pbx, 'by his device', () => queueMember('106')?.loggedIn === true)
  await cli('queue add member PJSIP/trunk1 to 8000')
  await until(pbx, 'a trunk is no agent', () => queue().foreign.length === 1)
  t.same(queue().foreign, [{ text: 'PJSIP/trunk1', reason: 'unknown-extension' }])
})

t.test('presence of a phone: registering, do-not-disturb, ringing, talking, holding', async (t) => {
  t.same(presenceIn(pbx, '102'), { registration: 'unregistered', call: 'idle', dnd: 'off' })
  const phone = await lab.phone('102')
  await until(pbx, 'registered', () => presenceIn(pbx, '102')?.registration === 'registered')

  await lab.pbx.setDoNotDisturb('102', true)
  await until(pbx, 'do not disturb', () => presenceIn(pbx, '102')?.dnd === 'on')
  t.match(
    presenceIn(pbx, '102'),
    { registration: 'registered', call: 'idle' },
    'the busy hint does not count',
  )
  await lab.pbx.setDoNotDisturb('102', false)
  await until(pbx, 'disturb', () => presenceIn(pbx, '102')?.dnd === 'off')

  const other = await lab.phone('103')
  await lab.pbx.cli('channel originate PJSIP/102 extension 103@from-internal')
  const call = await phone.calls.next()
  call.ring()
  await until(pbx, 'ringing', () => presenceIn(pbx, '102')?.call === 'ringing')
  call.answer()
  await until(pbx, 'on a call', () => presenceIn(pbx, '102')?.call === 'on-call')
  const called = await other.calls.next()
  called.answer()
  await until(pbx, 'both on a call', () => presenceIn(pbx, '103')?.call === 'on-call')
  // Asterisk shows the one who waits, not the one who pressed the key.
  await called.hold()
  await until(pbx, 'on hold', () => presenceIn(pbx, '102')?.call === 'on-hold')
  await called.resume()
  await until(pbx, 'talking again', () => presenceIn(pbx, '102')?.call === 'on-call')
  await call.hangUp()
  await until(
    pbx,
    'idle',
    () => presenceIn(pbx, '102')?.call === 'idle' && presenceIn(pbx, '103')?.call === 'idle',
  )

  const seen: string[] = []
  const stop = pbx.onChanged(() => seen.push(presenceIn(pbx, '102')?.registration ?? ''))
  await phone.register()
  await phone.unregister()
  await until(pbx, 'unregistered', () => presenceIn(pbx, '102')?.registration === 'unregistered')
  stop()
  t.same(
    seen.filter((registration) => registration === 'unknown'),
    [],
  )
})

t.test('texts to phones, short by AMI and long by ARI', async (t) => {
  const phone = await lab.phone('101')
  await until(pbx, 'registered', () => presenceIn(pbx, '101')?.registration === 'registered')
  const from = 'sip:8000@pbx.example'
  for (const text of [
    'Hello',
    `Zeile eins\r\nAction: Logoff\r\n\r\nzwei, “ünïcödé” 😀 %41 \${SHELL(id)}`,
    'ü'.repeat(350),
    `${'ü'.repeat(350)}x`,
    `long\r\n${'0123456789 ünïcödé 😀 '.repeat(300)}`,
  ]) {
    t.same(await pbx.sendText({ to: 'pjsip:101', from, text }), { kind: 'handed-over' })
    const received = await phone.texts.next()
    t.equal(received.text, text, `${Buffer.byteLength(text)} bytes`)
    t.match(received.from, '8000')
  }
  t.match(
    await pbx.sendText({ to: 'pjsip:106', from, text: 'x' }),
    { kind: 'no-such-endpoint' },
    'not registered',
  )
  t.match(
    await pbx.sendText({ to: 'pjsip:999', from, text: 'x'.repeat(2000) }),
    { kind: 'no-such-endpoint' },
    'by ARI',
  )
  t.match(await pbx.sendText({ to: 'pjsip:PJSIP/+19542788086@trunk1', from, text: 'to the carrier' }), {
    kind: 'handed-over',
  })
  t.equal((await lab.carrier.texts.next()).text, 'to the carrier')
})

t.test('a value with line breaks never becomes an action', async (t) => {
  const forged =
    'pjsip:101\r\n\r\nAction: QueuePause\r\nQueue: 8000\r\nInterface: Local/101@from-queue/n\r\nPaused: true'
  t.match(await pbx.sendText({ to: forged, from: 'sip:8000@pbx', text: 'x' }), { kind: 'no-such-endpoint' })
  t.match(await pbx.sendText({ to: forged, from: 'sip:8000@pbx', text: 'x'.repeat(2000) }), {
    kind: 'no-such-endpoint',
  })
  t.notMatch(await lab.pbx.cli('queue show 8000'), /Alice.*paused/)
})

t.test('a spooled text is told', async (t) => {
  let told = 0
  const spooled = new Promise<void>((resolve) => {
    t.teardown(
      pbx.onSpooled(() => {
        told += 1
        resolve()
      }),
    )
  })
  await lab.carrier.sendText({
    from: '+19542788086',
    to: '16313808000',
    text: 'a\r\n\r\nEvent: RawEvent\r\nUserEvent: ParleySpooled\r\n\r\n',
  })
  await spooled
  t.equal(told, 1)
})

t.test('what changes without an event of its own is seen by reading again', async (t) => {
  await lab.pbx.cli('database put AMPUSER 106/cidname "Frances Fox"')
  await appendFile(
    join(lab.pbx.folder, 'etc/extensions.conf'),
    `
[ext-group](+)
exten => 601,1,Set(RingGroupMethod=hunt)
exten => 601,n,Gosub(macro-dial,s,1(20,,104-102#-06501112233#))
[ext-local](+)
exten => 107,hint,PJSIP/107&Custom:DND107,CustomPresence:107
[ext-did-0002](+)
exten => _1631380XXXX,1,Goto(ext-group,601,1)
`,
  )
  await lab.pbx.cli('dialplan reload')
  await until(pbx, 'ring group 601', () =>
    pbx.snapshot().directory.groups.has(asGroupKey('main/ring-group/601')),
  )
  t.match(group('main/ring-group/601'), {
    strategy: 'hunt',
    members: [{ extension: '104' }, { extension: '102' }],
    foreign: [{ text: '06501112233#', reason: 'outside-number' }],
  })
  const { directory, presence } = pbx.snapshot()
  t.equal(directory.extensions.get(asExtension('106'))?.name, 'Frances Fox')
  t.ok(directory.extensions.has(asExtension('107')))
  t.match(presence.get(asExtension('107')), { registration: String })
  t.ok(directory.dids.includes('_1631380XXXX'))
  t.ok(directories.at(-1)?.includes('main/ring-group/601'))
})
