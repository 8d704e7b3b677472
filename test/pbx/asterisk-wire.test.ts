import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { asExtension, asGroupKey } from '../../module/domain/ids.ts'
import { startLab } from '../lab/start-lab.ts'
import { until as eventually } from '../lab/until.ts'
import { isLive, shortTimes, startPbx, until } from './pbx-under-test.ts'
import { startRecordingProxy } from './recording-proxy.ts'

const lab = await startLab(t)
const times = {
  ...shortTimes,
  provisionalMs: 60_000,
  ami: { ...shortTimes.ami, requestMs: 10_000 },
  link: { ...shortTimes.link, heartbeatMs: 60_000 },
}

async function throughProxy(t: Parameters<typeof startPbx>[0]) {
  const proxy = await startRecordingProxy(lab.pbx.amiPort)
  t.teardown(() => proxy.close())
  const start = (options: Partial<Parameters<typeof startPbx>[1]> = {}) =>
    startPbx(t, {
      ami: { host: '127.0.0.1', port: proxy.port, ...lab.pbx.credentials.ami },
      times,
      checkPeriodMs: 60_000,
      ...options,
    })
  return { proxy, start }
}

t.test('what is asked of Asterisk, to the letter', async (t) => {
  const { proxy, start } = await throughProxy(t)
  const phone = await lab.phone('101')
  const pbx = start()
  await until(pbx, 'live', () => isLive(pbx))
  await pbx.refresh()
  await pbx.contacts(asExtension('101'))
  await pbx.sendText({ to: 'pjsip:101', from: 'sip:8000@pbx', text: 'Hello' })
  await phone.texts.next()
  const asked = new Set(
    proxy.actions().map((action) => {
      const detail = action.get('variable') ?? action.get('family') ?? action.get('context') ?? ''
      return `${action.get('action')} ${detail.replaceAll(/\d{3,}/g, 'N')}`.trim()
    }),
  )
  t.same(
    [...asked].sort(),
    [
      'DBGet AMPUSER/N',
      'DBGetTree DAYNIGHT',
      'DBGetTree DND',
      'DBGetTree QPENALTY',
      'DBGetTree TC',
      'DeviceStateList',
      'ExtensionStateList',
      'Getvar AST_CONFIG(ari.conf,nobody,read_only)',
      'Getvar AST_CONFIG(manager.conf,general,allowmultiplelogin)',
      'Getvar AST_CONFIG(manager.conf,parley,allowmultiplelogin)',
      'Getvar AST_CONFIG(manager.conf,parley,read)',
      'Getvar AST_CONFIG(queues.conf,N,member,0)',
      'Getvar AST_CONFIG(queues.conf,N,member,1)',
      'Getvar AST_CONFIG(queues.conf,N,member,2)',
      'Getvar AST_CONFIG(queues.conf,N,wrapuptime)',
      'Getvar PJSIP_DIAL_CONTACTS(N)',
      'ListCommands',
      'MessageSend',
      'Ping',
      'PresenceStateList',
      'QueueStatus',
      'ShowDialPlan app-daynight',
      'ShowDialPlan ext-did',
      'ShowDialPlan ext-did-N',
      'ShowDialPlan ext-did-catchall',
      'ShowDialPlan ext-group',
      'ShowDialPlan timeconditions',
      'login',
    ],
    'nothing that leaks a password, nothing built from what the PBX said',
  )
  for (const action of proxy.actions()) {
    if (action.get('action') === 'DBGet') t.equal(action.get('key'), 'cidname')
  }
})

t.test('the source has no word that could read passwords', async (t) => {
  const root = fileURLToPath(new URL('../../module/pbx', import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  t.ok(files.length > 40)
  for (const name of files) {
    const code = readFileSync(join(root, name), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    t.notMatch(code, /PJSIPShow|GetConfig|AST_SORCERY|'AMPUSER'|"AMPUSER"|action: 'Command'/, name)
  }
})

t.test('killed in the middle of a reading and started again', async (t) => {
  const { proxy, start } = await throughProxy(t)
  const phone = await lab.phone('102')
  const known = start()
  await until(known, 'live', () => isLive(known))
  const lastDirectory = known.snapshot().directory
  await known.close()

  let kills = 0
  const killed = Promise.withResolvers<void>()
  proxy.onAction((action) => {
    if (action.get('action') !== 'ExtensionStateList' || kills++ > 0) return
    // Before it can answer: whatever of the answer comes is half of one.
    if (lab.pbx.pid !== undefined) process.kill(lab.pbx.pid, 'SIGSTOP')
    lab.pbx.kill9().then(killed.resolve, killed.reject)
  })
  const pbx = start({ lastDirectory })
  const removed: string[] = []
  pbx.onDirectory((_, { extensions, groups, members }) => {
    removed.push(JSON.stringify([extensions.removed, groups.removed, members.removed]))
  })
  await killed.promise
  await until(pbx, 'stale', () => !isLive(pbx) && pbx.health().ami.kind !== 'up')
  t.equal(pbx.snapshot().directory.extensions.size, 6, 'half a reading takes nobody away')
  await lab.pbx.start()
  await until(pbx, 'live again', () => isLive(pbx))
  t.same([...pbx.snapshot().directory.groups.keys()].sort(), ['main/queue/8000', 'main/ring-group/600'])
  t.same(removed, [], 'and nobody was ever told so')

  const bob = () => pbx.snapshot().presence.get(asExtension('102'))
  t.match(bob(), { registration: 'registered', provisional: true }, 'its contact came back with the PBX')
  await phone.unregister()
  await until(pbx, 'unregistered', () => bob()?.registration === 'unregistered')
  await phone.register()
  await until(pbx, 'heard of', () => bob()?.registration === 'registered' && bob()?.provisional === false)
})

t.test('a reader that stalls is dropped by Asterisk, and knows all that it missed', async (t) => {
  const { proxy, start } = await throughProxy(t)
  const pbx = start()
  await until(pbx, 'live', () => isLive(pbx))
  proxy.stall()
  await lab.pbx.setDoNotDisturb('103', true)
  await lab.pbx.cli('queue set penalty 7 on Local/104@from-queue/n in 8000')
  await flood(lab.pbx.amiPort, lab.pbx.credentials.labAmi)
  await eventually('Asterisk hangs up', async () => !(await connected()).includes('parley'), 60_000)
  t.ok(isLive(pbx), 'which the stalled reader can not know yet')
  proxy.resume()
  const queue = () => pbx.snapshot().directory.groups.get(asGroupKey('main/queue/8000'))
  await until(
    pbx,
    'caught up',
    () =>
      isLive(pbx) &&
      pbx.snapshot().presence.get(asExtension('103'))?.dnd === 'on' &&
      queue()?.members.find(({ extension }) => extension === '104')?.penalty === 7,
  )
})

/** While Asterisk waits for a reader its console may wait as well. */
const connected = () => lab.pbx.cli('manager show connected').catch(() => 'parley')

/** More than the buffers on the way to a stalled reader hold: 14 MB of events as large as AMI takes them. */
async function flood(
  port: number,
  { username, secret }: { username: string; secret: string },
): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.resume()
  const send = (...lines: string[]) =>
    new Promise<void>((resolve) => socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => resolve()))
  await send('Action: Login', `Username: ${username}`, `Secret: ${secret}`, 'Events: off')
  const filler = Array.from({ length: 100 }, (_, index) => `Filler${index}: ${'x'.repeat(950)}`)
  for (let sent = 0; sent < 150; sent++)
    await send('Action: UserEvent', 'UserEvent: ParleySpooled', ...filler)
  await send('Action: Logoff')
  await once(socket, 'close')
}
