import t from 'tap'
import { asExtension, asGroupKey } from '../../module/domain/ids.ts'
import { singlesPerCheck } from '../../module/pbx/directory/read-pbx.ts'
import { list, startFakeAmiPeer } from './fake-ami-peer.ts'
import { isLive, shortTimes, startPbx, until } from './pbx-under-test.ts'

type Test = Parameters<typeof startPbx>[0]

async function against(t: Test) {
  const peer = await startFakeAmiPeer()
  t.teardown(() => peer.close())
  const start = (checkPeriodMs = 60_000) =>
    startPbx(t, {
      ami: { host: '127.0.0.1', port: peer.port, username: 'parley', secret: 'secret' },
      times: {
        ...shortTimes,
        ami: { ...shortTimes.ami, requestMs: 30_000 },
        link: { ...shortTimes.link, heartbeatMs: 60_000 },
      },
      checkPeriodMs,
    })
  return { peer, start }
}

const hintOf = (number: number | string) =>
  `Event: ExtensionStatus | Exten: ${number} | Context: ext-local | Hint: PJSIP/${number}&Custom:DND${number} | Status: 0`
const stateOf = (number: number) => `Event: DeviceStateChange | Device: PJSIP/${number} | State: NOT_INUSE`

t.test('a check of 10,000 extensions asks as little as one of 400', async (t) => {
  const { peer, start } = await against(t)
  const numbers = Array.from({ length: 10_000 }, (_, index) => 10_000 + index)
  let asked = new Map<string, number>()
  const count = (kind: string) => void asked.set(kind, (asked.get(kind) ?? 0) + 1)
  const named = new Set<string>()
  peer.answer('extensionstatelist', () => list('ExtensionStateList', ...numbers.map(hintOf)))
  peer.answer('devicestatelist', () => list('DeviceStateList', ...numbers.map(stateOf)))
  peer.answer('dbget', (headers) => {
    count('name')
    const family = headers.get('family') ?? ''
    named.add(family)
    return list(
      'DBGet',
      `Event: DBGetResponse | Family: ${family} | Key: cidname | Val: Agent ${family.slice(8)}`,
    )
  })
  peer.answer('getvar', (headers) => {
    count(/^(\w+)\(/.exec(headers.get('variable') ?? '')?.[1] ?? '')
    return ['Response: Success\r\nVariable: x\r\nValue: PJSIP/1/sip:x@127.0.0.1']
  })
  const pbx = start(150)
  await until(pbx, 'live', () => isLive(pbx))
  t.equal(asked.get('name'), 10_000, 'the first reading asks for all')
  t.equal(asked.get('PJSIP_DIAL_CONTACTS'), 10_000)
  t.equal(pbx.snapshot().directory.extensions.get(asExtension('19999'))?.name, 'Agent 19999')

  const firstReadAt = pbx.snapshot().directory.readAt
  asked = new Map()
  named.clear()
  numbers.push(77_777)
  const newcomer = () => pbx.snapshot().directory.extensions.get(asExtension('77777'))
  await until(pbx, 'the newcomer', () => newcomer() !== undefined)
  t.equal(newcomer()?.name, 'Agent 77777', 'is asked for at once')
  t.ok((pbx.snapshot().directory.readAt ?? 0) > (firstReadAt ?? 0))
  t.ok(named.has('AMPUSER/77777'))
  t.ok((asked.get('name') ?? 0) <= 2 * (singlesPerCheck + 1), 'the check asked for a slice of the others')
  t.ok((asked.get('PJSIP_DIAL_CONTACTS') ?? 0) <= 2 * (singlesPerCheck + 1))
})

t.test('a PBX that answers with nonsense is read as far as it makes sense', async (t) => {
  const { peer, start } = await against(t)
  const long = 'x'.repeat(1024 * 1024)
  peer.answer('showdialplan', (headers) =>
    headers.get('context') === 'ext-group'
      ? list(
          'ListDialplan',
          `Event: ListDialplan | Context: ext-group | Extension: 600 | Priority: 1 | Application: Gosub | AppData: macro-dial,s,1(20,,101)`,
          `Event: ListDialplan | Context: ext-group | Extension: 601 | Priority: 1 | Application: Gosub | AppData: macro-dial,s,1(20,,${long}-101)`,
          `Event: ListDialplan | Context: ext-group | Extension: 602 | Priority: 1 | Application: Set | AppData: ${long}`,
          `Event: ListDialplan | Context: ext-group | Extension: 603 | Extension: 604 | Priority: 1 | Priority: 2 | Application: Gosub | AppData: macro-dial,s,1(20,,101) | AppData: macro-dial,s,1(20,,999)`,
          `Event: ListDialplan | Context: ext-group | Extension: constructor | constructor: x | Priority: one | Application: Gosub | AppData: macro-dial,s,1(20,,101)`,
          `Event: ListDialplan | __proto__: polluted | Context: ext-group`,
        )
      : list('ListDialplan'),
  )
  peer.answer('queuestatus', () =>
    list(
      'QueueStatus',
      'Event: QueueParams | Queue: constructor | Strategy: __proto__',
      'Event: QueueMember | Queue: constructor | Location: PJSIP/101 | Penalty: many | Paused: 1 | PausedReason: a | PausedReason: b',
      'Event: QueueMember | Queue: constructor | constructor: built | Location: Local/101@from-queue/n | Penalty: 1',
      'Event: QueueMember | Queue: nowhere | Location: PJSIP/101',
      'Event: QueueMember',
      'Event: QueueParams | Queue: 8000 | Queue: 8001 | Strategy: ringall',
    ),
  )
  const pbx = start()
  await until(pbx, 'live', () => isLive(pbx))
  const { groups } = pbx.snapshot().directory
  const members = (key: string) =>
    groups.get(asGroupKey(`main/${key}`))?.members.map(({ extension }) => extension as string)
  t.same([...groups.keys()].sort(), [
    'main/queue/8000',
    'main/queue/constructor',
    'main/ring-group/600',
    'main/ring-group/601',
    'main/ring-group/603',
  ])
  t.same(members('ring-group/600'), ['101'])
  t.same(members('ring-group/601'), ['101'])
  t.same(members('ring-group/603'), ['101'], 'of a repeated name the first counts')
  t.ok(JSON.stringify([...groups]).length < 5_000, 'a megabyte is not carried on')
  t.same(members('queue/constructor'), ['101'])
  t.notOk('polluted' in {})

  // Half messages, within an answer and without: the session ends, and what was read stays.
  const before = JSON.stringify([...groups])
  peer.answer('extensionstatelist', (_, socket) => {
    socket.write(
      'Response: Success\r\nEventList: start\r\nActionID: x\r\n\r\nEvent: ExtensionStatus\r\nExten: 1',
    )
    socket.end()
    return null
  })
  void pbx.refresh()
  await until(pbx, 'the loss', () => !isLive(pbx))
  t.equal(JSON.stringify([...pbx.snapshot().directory.groups]), before)
  peer.answer('extensionstatelist', () => list('ExtensionStateList', hintOf(101), hintOf('constructor')))
  await until(pbx, 'live again', () => isLive(pbx))
  t.same([...pbx.snapshot().directory.extensions.keys()], ['101'])
})

t.test('a flood that nobody can take in time is merged, and its last word is known', async (t) => {
  const { peer, start } = await against(t)
  const pbx = start()
  await until(pbx, 'live', () => isLive(pbx))
  let calls = 0
  pbx.onChanged(() => calls++)
  const states = ['NOT_INUSE', 'RINGING', 'INUSE', 'ONHOLD']
  for (let round = 0; round < 50; round++) {
    peer.say(
      ...Array.from(
        { length: 400 },
        (_, index) => `Event: DeviceStateChange | Device: PJSIP/101 | State: ${states[index % 4]}`,
      ),
    )
  }
  peer.say('Event: DeviceStateChange | Device: Custom:DND101 | State: BUSY')
  await until(pbx, 'the last', () => pbx.snapshot().presence.get(asExtension('101'))?.dnd === 'on')
  t.equal(pbx.snapshot().presence.get(asExtension('101'))?.call, 'on-hold')
  t.ok(calls < 2_000, `20,000 events made ${calls} calls`)
})
