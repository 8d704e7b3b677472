import { once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import type { LinkFault } from '../../module/app/ports/pbx.ts'
import { emptyDirectory } from '../../module/domain/directory/directory.ts'
import { asPbxId } from '../../module/domain/ids.ts'
import { type AmiConnection, type AmiOptions, openAmi } from '../../module/pbx/ami-connection.ts'
import { type AmiMessage, field, fields } from '../../module/pbx/ami-message.ts'
import { encode, longestLineBytes } from '../../module/pbx/ami-request.ts'
import { retryWait, usualLinkTimes } from '../../module/pbx/link.ts'
import { LinkError, PbxError } from '../../module/pbx/pbx-error.ts'
import { type FakeAmiPeer, list, refuse, startFakeAmiPeer } from './fake-ami-peer.ts'
import { isLive, keptLog, linkCode, presenceIn, shortTimes, startPbx, until } from './pbx-under-test.ts'

type Test = Parameters<typeof startPbx>[0]

async function peerFor(t: Test, onConnection?: Parameters<typeof startFakeAmiPeer>[0]): Promise<FakeAmiPeer> {
  const peer = await startFakeAmiPeer(onConnection)
  t.teardown(() => peer.close())
  return peer
}

const accessTo = (peer: FakeAmiPeer) => ({
  host: '127.0.0.1',
  port: peer.port,
  username: 'parley',
  secret: 'secret',
})

async function open(t: Test, peer: FakeAmiPeer, more: Partial<AmiOptions> = {}): Promise<AmiConnection> {
  const connection = await openAmi({
    access: accessTo(peer),
    times: { ...shortTimes.ami, requestMs: 500 },
    log: keptLog(),
    signal: new AbortController().signal,
    onEvent: () => {},
    ...more,
  })
  t.teardown(() => connection.end({ code: 'lost', sentence: 'The test is over.' }))
  return connection
}

async function openingFault(t: Test, peer: FakeAmiPeer, more: Partial<AmiOptions> = {}) {
  const error = await open(t, peer, more).then(
    () => null,
    (cause: unknown) => cause,
  )
  if (!(error instanceof LinkError)) throw new Error('it opened')
  return error.loss
}

async function failure(asking: Promise<unknown>): Promise<PbxError> {
  const error = await asking.then(
    () => null,
    (cause: unknown) => cause,
  )
  if (!(error instanceof PbxError)) throw new Error(`it did not fail as it should: ${String(error)}`)
  return error
}

t.test('what does not let a session begin is named', async (t) => {
  const short = { times: { loginMs: 400, greetMs: 400, bootMs: 150, requestMs: 300 } }
  const usual = { times: { loginMs: 20_000, greetMs: 20_000, bootMs: 300, requestMs: 5_000 } }
  const table: [name: string, prepare: (peer: FakeAmiPeer) => void, code: LinkFault, says: RegExp][] = [
    [
      'a login that is never answered',
      (peer) => peer.answer('login', () => null),
      'timeout',
      /did not answer the AMI login/,
    ],
    [
      'a wrong password',
      (peer) => peer.answer('login', () => refuse('Authentication failed')),
      'wrong-credentials',
      /"parley".*manager\.conf/,
    ],
    [
      'a PBX that is not booted',
      (peer) => {
        peer.answer('login', () => ['Response: Success'])
        peer.answer('queuestatus', () => refuse('not ready'))
      },
      'not-booted',
      /starting/,
    ],
    [
      'a missing read permission',
      (peer) => peer.answer('login', () => ['Response: Success']),
      'permission',
      /read = system,call,agent,user/,
    ],
    [
      'a missing write permission',
      (peer) => peer.answer('listcommands', () => ['Response: Success\r\nMessageSend: x\r\nQueueStatus: x']),
      'permission',
      /reporting.*write = reporting,message,agent/,
    ],
    [
      'a peer that hangs up',
      (peer) =>
        peer.answer('login', (_, socket) => {
          socket.end()
          return null
        }),
      'lost',
      /closed/,
    ],
  ]
  for (const [name, prepare, code, says] of table) {
    const peer = await peerFor(t)
    prepare(peer)
    const loss = await openingFault(t, peer, code === 'timeout' ? short : usual)
    t.equal(loss.code, code, name)
    t.match(loss.sentence, says, name)
  }

  const babbler = await peerFor(t, (socket) => {
    socket.write('Asterisk Call Manager/11.0.0\r\n{"event":: : :\r\n\r\nResponse\r\n\r\n')
    return false
  })
  babbler.answer('login', () => null)
  t.equal((await openingFault(t, babbler, short)).code, 'timeout', 'garbage after the greeting')

  const gone = await peerFor(t)
  await gone.close()
  t.equal((await openingFault(t, gone, usual)).code, 'refused', 'nobody there')

  const peer = await peerFor(t)
  const access = { ...accessTo(peer), secret: 'x\r\n\r\nAction: Logoff' }
  t.equal((await openingFault(t, peer, { access })).code, 'wrong-credentials', 'a line break in the secret')
  t.equal(peer.received(), '', 'nothing of it left')
})

t.test('another port than that of AMI is named as such, and told no password', async (t) => {
  const times = { ...shortTimes.ami, greetMs: 300 }
  const table: [name: string, onConnection: (socket: Socket) => boolean, code: LinkFault, says: RegExp][] = [
    [
      'SSH',
      (socket) => !socket.write('SSH-2.0-OpenSSH_9.2\r\n') && false,
      'fault',
      /Something answers.*not as Asterisk's AMI.*usually 5038/,
    ],
    ['a silent one, such as HTTP', () => false, 'timeout', /says nothing.*usually 5038.*Asterisk hangs/],
    [
      'one that hangs up',
      (socket) => {
        socket.end()
        return false
      },
      'lost',
      /hung up without a greeting.*authlimit/,
    ],
  ]
  for (const [name, onConnection, code, says] of table) {
    const peer = await peerFor(t, onConnection)
    const loss = await openingFault(t, peer, { times })
    t.equal(loss.code, code, name)
    t.match(loss.sentence, says, name)
    t.equal(peer.received(), '', name)
  }
  const piecemeal = await peerFor(t, (socket) => {
    socket.write('Asterisk Call')
    setImmediate(() => socket.write(' Manager/11.0.0\r\n'))
    return false
  })
  await open(t, piecemeal)
  const twice = await peerFor(t)
  twice.answer('login', () => refuse('Login Already In Use'))
  t.match(await openingFault(t, twice), { code: 'in-use', todo: 'allowmultiplelogin = yes' })
})

t.test('an opening under way ends with its signal', async (t) => {
  const peer = await peerFor(t)
  peer.answer('login', () => null)
  const stop = new AbortController()
  const opening = openingFault(t, peer, { signal: stop.signal })
  while (!peer.received().includes('Action: login')) await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort()
  t.equal((await opening).code, 'lost')
  const aborted = AbortSignal.abort()
  t.equal((await openingFault(t, peer, { signal: aborted })).code, 'lost', 'also one that never began')
})

t.test('nothing forbidden reaches the wire', async (t) => {
  const peer = await peerFor(t)
  const ami = await open(t, peer)
  const before = peer.received()
  const send = { action: 'MessageSend', to: 'pjsip:101', from: 'sip:8000@pbx', base64Body: 'aGk=' } as const
  const injection = 'x\r\n\r\nAction: QueueRemove\r\nQueue: 8000\r\nInterface: Local/101@from-queue/n'
  for (const bad of [injection, 'x\n', 'x\r', 'x\0']) {
    t.equal((await failure(ami.request({ ...send, to: bad }))).code, 'forbidden-character')
    t.equal((await failure(ami.request({ ...send, from: bad }))).code, 'forbidden-character')
    t.equal((await failure(ami.list({ action: 'ShowDialPlan', context: bad }))).code, 'forbidden-character')
    t.equal(
      (await failure(ami.list({ action: 'DBGet', family: `AMPUSER/${bad}`, key: 'cidname' }))).code,
      'forbidden-character',
    )
  }
  const long = 'x'.repeat(longestLineBytes)
  t.equal((await failure(ami.request({ ...send, base64Body: long }))).code, 'line-too-long')
  t.equal(
    (await failure(ami.request({ ...send, to: 'ü'.repeat(510) }))).code,
    'line-too-long',
    'bytes are counted',
  )
  for (const queue of ['8000,member)}${SHELL(id)', '80.00', '']) {
    const variable = { kind: 'queue-member-line', queue, index: 0 } as const
    t.equal((await failure(ami.request({ action: 'Getvar', variable }))).code, 'forbidden-variable', queue)
  }
  await ami.ping()
  t.match(
    peer.received().slice(before.length),
    /^Action: Ping\r\nActionID: [\w-]+\r\n\r\n$/,
    'only the last one left',
  )
  t.same(encode({ action: 'Getvar', variable: { kind: 'spool-folder' } }), {
    action: 'Getvar',
    variable: 'ASTSPOOLDIR',
  })
})

t.test('a list answer is collected whole, whatever comes between', async (t) => {
  const peer = await peerFor(t)
  const events: AmiMessage[] = []
  const ami = await open(t, peer, { onEvent: (event) => events.push(event) })
  const items = Array.from(
    { length: 3000 },
    (_, index) => `Event: QueueMember | Queue: 8000 | Location: PJSIP/${index}`,
  )
  peer.answer('queuestatus', () => {
    peer.say('Event: DeviceStateChange | Device: PJSIP/101 | State: INUSE')
    return list('QueueStatus', ...items)
  })
  const [first, second] = await Promise.all([
    ami.list({ action: 'QueueStatus' }),
    ami.list({ action: 'QueueStatus' }),
  ])
  t.equal(first.length, 3000)
  t.equal(second.length, 3000, 'two at once are kept apart')
  t.equal(field(first[2999] ?? [], 'location'), 'PJSIP/2999')
  t.equal(events.filter((event) => field(event, 'device') === 'PJSIP/101').length, 2)
  t.same(await ami.list({ action: 'DBGetTree', family: 'QPENALTY' }), [], 'an empty list')

  peer.answer('queuestatus', () => list('QueueStatus', ...items).slice(0, 5))
  t.equal((await failure(ami.list({ action: 'QueueStatus' }))).code, 'deadline', 'a list that never ends')
  peer.answer('queuestatus', () => [
    'Response: Success\r\nEventList: start',
    'Event: QueueStatusComplete\r\nEventList: cancelled',
  ])
  t.equal((await failure(ami.list({ action: 'QueueStatus' }))).code, 'refused', 'a list that is broken off')
  peer.answer('queuestatus', () => refuse('Permission denied'))
  t.equal((await failure(ami.list({ action: 'QueueStatus' }))).code, 'permission')
  peer.answer('ping', () => null)
  t.equal((await failure(ami.ping())).code, 'deadline', 'one answer that never comes')
})

t.test('names that mean something to JavaScript, repeated names and odd lines come through', async (t) => {
  const peer = await peerFor(t)
  const events: AmiMessage[] = []
  const arrived = Promise.withResolvers<void>()
  await open(t, peer, {
    onEvent: (event) => {
      events.push(event)
      if (field(event, 'event') === 'Reload') arrived.resolve()
    },
  })
  peer.say(
    'Event: QueueMemberStatus | Queue: Odd | constructor: built | __proto__: polluted | hasOwnProperty: no | Message: one | Message: two | Variable: a=b | Variable: __proto__=c | NoColon | Empty: | Bare:',
    'Event: Reload | Module: All',
  )
  await arrived.promise
  const [odd] = events.filter((event) => field(event, 'queue') === 'Odd')
  if (odd === undefined) throw new Error('the event was lost')
  t.equal(field(odd, 'constructor'), 'built')
  t.equal(field(odd, 'hasownproperty'), 'no')
  t.same(fields(odd, 'message'), ['one', 'two'])
  t.ok(fields(odd, 'variable').includes('a=b'))
  t.equal(field(odd, 'empty'), '')
  t.equal(field(odd, 'bare'), '')
  t.ok(odd.every((part) => typeof part === 'string'))
  t.notOk('polluted' in {})
})

t.test('events nobody asked for stay in the worker', async (t) => {
  const peer = await peerFor(t)
  const seen: (string | undefined)[] = []
  const arrived = Promise.withResolvers<void>()
  await open(t, peer, {
    onEvent: (event) => {
      seen.push(field(event, 'event'))
      if (field(event, 'event') === 'Reload') arrived.resolve()
    },
  })
  peer.say(
    'Event: VarSet | Channel: x',
    'Event: Newexten | Channel: x',
    'Event: UserEvent | UserEvent: Odd',
    'Event: Reload | Module: All',
  )
  await arrived.promise
  t.same(seen, ['FullyBooted', 'Reload'])
})

t.test('a disconnect rejects at once what was under way, and what comes after', async (t) => {
  const peer = await peerFor(t)
  const ami = await open(t, peer, { times: shortTimes.ami })
  peer.answer('queuestatus', (_, socket) => {
    socket.destroy()
    return null
  })
  const before = performance.now()
  const [first, second] = await Promise.all([
    failure(ami.list({ action: 'ExtensionStateList' }).then(() => ami.list({ action: 'QueueStatus' }))),
    failure(ami.list({ action: 'QueueStatus' })),
  ])
  t.ok(['lost', 'link-down'].includes(first.code))
  t.equal(second.code, 'lost')
  t.equal((await ami.ended).code, 'lost')
  t.equal((await failure(ami.ping())).code, 'link-down')
  t.ok(performance.now() - before < 1000, 'far sooner than any deadline')
})

t.test('half a message at a disconnect spoils nothing of the next session', async (t) => {
  const peer = await peerFor(t)
  const pbx = startPbx(t, { ami: accessTo(peer) })
  await until(pbx, 'live', () => isLive(pbx))
  const [socket] = peer.sockets
  if (socket === undefined) throw new Error('nobody connected')
  peer.answer('devicestatelist', () =>
    list('DeviceStateList', 'Event: DeviceStateChange | Device: PJSIP/101 | State: INUSE'),
  )
  socket.write('Event: DeviceStateChange\r\nDevice: PJSIP/101\r\nSta')
  socket.end()
  await until(pbx, 'stale', () => !isLive(pbx))
  t.equal(presenceIn(pbx, '101')?.registration, 'unknown')
  await until(pbx, 'live again', () => isLive(pbx))
  t.equal(presenceIn(pbx, '101')?.call, 'on-call')
})

t.test('a peer that falls silent is noticed, and the last reading stays, marked stale', async (t) => {
  const peer = await peerFor(t)
  const times = {
    ...shortTimes,
    ami: { ...shortTimes.ami, requestMs: 800 },
    link: { ...shortTimes.link, heartbeatMs: 50 },
  }
  const pbx = startPbx(t, { ami: accessTo(peer), times })
  await until(pbx, 'live', () => isLive(pbx))
  peer.answer('ping', () => null)
  peer.answer('login', () => null)
  await until(pbx, 'noticed', () => linkCode(pbx, 'ami') === 'timeout')
  t.equal(pbx.snapshot().freshness, 'stale')
  t.equal(pbx.snapshot().directory.extensions.size, 1)
  t.same(presenceIn(pbx, '101'), { registration: 'unknown', call: 'unknown', dnd: 'unknown' })
  const before = performance.now()
  await pbx.close()
  t.ok(performance.now() - before < 1000, 'closing does not wait for a silent peer')
})

t.test("names of the package's own events, and a line without end, do not stop Parley", async (t) => {
  const peer = await peerFor(t)
  const pbx = startPbx(t, {
    ami: accessTo(peer),
    times: { ...shortTimes, ami: { ...shortTimes.ami, requestMs: 2_000 } },
  })
  await until(pbx, 'live', () => isLive(pbx))
  const since = () => {
    const { ami } = pbx.health()
    return ami.kind === 'up' ? ami.since : 0
  }
  const first = since()
  for (const name of ['RawEvent', 'Error', 'Close', 'End', 'Connect', 'ManagerEvent', 'parley-1']) {
    peer.say(
      `Event: ${name} | Whatever: x`,
      `Response: Success | ActionID: ${name}`,
      `Response: Success | ActionID: ${name.toLowerCase()}`,
    )
  }
  peer.say('Event: DeviceStateChange | Device: PJSIP/101 | State: RINGING')
  await until(pbx, 'the event after them', () => presenceIn(pbx, '101')?.call === 'ringing')
  t.equal(since(), first, 'and the session went on')

  const [socket] = peer.sockets
  const endless = 'x'.repeat(1024 * 1024)
  for (let written = 0; written < 16; written++) socket?.write(endless)
  await until(pbx, 'another session after a line without end', () => isLive(pbx) && since() > first)
  t.equal(presenceIn(pbx, '101')?.registration, 'registered')
})

t.test('a reading that fails ends the session; one part forbidden is no directory', async (t) => {
  const peer = await peerFor(t)
  peer.answer('devicestatelist', () => null)
  const log = keptLog()
  const times = { ...shortTimes, ami: { ...shortTimes.ami, requestMs: 700 } }
  const pbx = startPbx(t, { ami: accessTo(peer), times, log, lastDirectory: emptyDirectory(asPbxId('main')) })
  await until(pbx, 'timeout', () => linkCode(pbx, 'ami') === 'timeout')
  t.equal(pbx.snapshot().freshness, 'stale')
  peer.answer('devicestatelist', () => refuse('Permission denied'))
  await until(pbx, 'permission', () => linkCode(pbx, 'ami') === 'permission')
  t.ok(
    log.lines.some(({ level, facts }) => level === 'warn' && 'code' in facts && facts.code === 'permission'),
  )
})

t.test('phones that no list tells of are asked for one at a time, by their names alone', async (t) => {
  const peer = await peerFor(t)
  const hint = (extension: string, device: string) =>
    `Event: ExtensionStatus | Exten: ${extension} | Context: ext-local | Hint: ${device} | Status: 4`
  peer.answer('extensionstatelist', () =>
    list(
      'ExtensionStateList',
      hint('101', 'PJSIP/101'),
      hint('201', 'IAX2/201'),
      hint('202', 'IAX2/202'),
      hint('203', 'SIP/203'),
      hint('204', 'IAX2/204),SHELL(date'),
    ),
  )
  const states: Record<string, string> = {
    'DEVICE_STATE(IAX2/201)': 'UNAVAILABLE',
    'DEVICE_STATE(IAX2/202)': 'UNKNOWN',
    'DEVICE_STATE(SIP/203)': 'NOT_INUSE',
  }
  const asked: string[] = []
  peer.answer('getvar', (headers) => {
    const name = headers.get('variable') ?? ''
    if (name.startsWith('DEVICE_STATE')) asked.push(name)
    return [`Response: Success\r\nVariable: ${name}\r\nValue: ${states[name] ?? ''}`]
  })
  const pbx = startPbx(t, { ami: accessTo(peer), checkPeriodMs: 100 })
  await until(pbx, 'live', () => isLive(pbx))
  const registrations = () =>
    ['201', '202', '203', '204'].map((extension) => presenceIn(pbx, extension)?.registration)
  t.same(registrations(), ['unregistered', 'registered', 'registered', 'unknown'])
  t.same(asked.sort(), Object.keys(states))
  states['DEVICE_STATE(IAX2/201)'] = 'UNKNOWN'
  await until(pbx, 'the check asks again', () => presenceIn(pbx, '201')?.registration === 'registered')
  t.notMatch(peer.received(), 'SHELL')
})

t.test('a text while the PBX is down fails fast; one under way when it breaks is unknown', async (t) => {
  const peer = await peerFor(t)
  const gone = await peerFor(t)
  await gone.close()
  const text = { to: 'pjsip:101', from: 'sip:8000@pbx', text: 'Hello' }
  const down = startPbx(t, { ami: accessTo(gone) })
  t.same(await down.sendText(text), { kind: 'link-down' })

  const pbx = startPbx(t, {
    ami: accessTo(peer),
    times: { ...shortTimes, ami: { ...shortTimes.ami, requestMs: 1_500 } },
  })
  await until(pbx, 'live', () => isLive(pbx))
  t.same(await pbx.sendText(text), { kind: 'handed-over' })
  t.match(peer.received(), `Base64body: ${Buffer.from('Hello').toString('base64')}`)
  t.same(await pbx.sendText({ ...text, text: 'x'.repeat(701) }), { kind: 'link-down' }, 'long ones need ARI')
  peer.answer('messagesend', () => refuse('Message failed to send.'))
  t.match(await pbx.sendText(text), { kind: 'no-such-endpoint' })
  peer.answer('messagesend', () => null)
  t.match(await pbx.sendText(text), { kind: 'unknown', reason: /no answer/ })
  peer.answer('messagesend', (_, socket) => {
    socket.destroy()
    return null
  })
  t.match(await pbx.sendText(text), { kind: 'unknown' })

  const received = peer.received()
  for (const bad of [
    { ...text, to: 'pjsip:101\r\n\r\nAction: Logoff' },
    { ...text, from: 'sip:8000@pbx\nX: y' },
    { ...text, to: 'sip:101' },
    { ...text, from: 'pjsip:8000' },
  ]) {
    t.match(await pbx.sendText(bad), { kind: 'no-such-endpoint' }, JSON.stringify(bad))
  }
  t.notMatch(peer.received().slice(received.length), /MessageSend|X: y/)
})

t.test('waits grow, are jittered, and are long where only a person can help', async (t) => {
  const lost = { code: 'lost', sentence: '' } as const
  t.same(
    [1, 2, 3, 4].map((failures) => retryWait(lost, failures, usualLinkTimes, 1)),
    [500, 1000, 2000, 4000],
  )
  t.equal(retryWait(lost, 3, usualLinkTimes, 0), 1000, 'half of it is chance')
  t.equal(retryWait(lost, 50, usualLinkTimes, 1), 30_000)
  t.equal(retryWait({ ...lost, code: 'wrong-credentials' }, 1, usualLinkTimes, 1), 30_000)
  t.equal(retryWait({ ...lost, code: 'permission' }, 1, usualLinkTimes, 0), 15_000)
})

t.test('closing leaves nothing behind, whatever was going on', async (t) => {
  const peer = await peerFor(t)
  const pbx = startPbx(t, { ami: accessTo(peer) })
  await until(pbx, 'live', () => isLive(pbx))
  const [socket] = peer.sockets
  if (socket === undefined) throw new Error('nobody connected')
  const closed = once(socket, 'close')
  let called = 0
  pbx.onChanged(() => called++)
  await pbx.close()
  await closed
  t.equal(called, 0, 'nobody is called any more')
})
