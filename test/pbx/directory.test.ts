import t from 'tap'
import type { ExtensionEntry } from '../../module/domain/directory/directory.ts'
import type { Group } from '../../module/domain/directory/group.ts'
import { ringGroupStrategies } from '../../module/domain/directory/group.ts'
import { asExtension, asPbxId, type Extension } from '../../module/domain/ids.ts'
import { readDialplan, splitArguments, subroutineCall } from '../../module/pbx/directory/dialplan.ts'
import { readDids } from '../../module/pbx/directory/dids.ts'
import { nameOfCallerId, readHint, readName } from '../../module/pbx/directory/extensions.ts'
import { devicesOfHint } from '../../module/pbx/directory/hint.ts'
import { resolveInterface, resolveNumber } from '../../module/pbx/directory/interface.ts'
import { readPlainRingGroups } from '../../module/pbx/directory/plain-ring-groups.ts'
import { applyQueueEvent, isQueueMemberEvent } from '../../module/pbx/directory/queue-event.ts'
import { queueGroup } from '../../module/pbx/directory/queue-group.ts'
import {
  interfaceOfMemberLine,
  type QueueReading,
  readAllowedAgents,
  readQueues,
} from '../../module/pbx/directory/queues.ts'
import { readRingGroups, ringGroup } from '../../module/pbx/directory/ring-groups.ts'
import { createRotation } from '../../module/pbx/directory/rotation.ts'
import { createEventBacklog } from '../../module/pbx/event-backlog.ts'
import { raw } from './raw-message.ts'

const pbxId = asPbxId('main')

const extensions: ReadonlyMap<Extension, ExtensionEntry> = new Map(
  ['101', '102', '103', '104', '105'].map((number) => [
    asExtension(number),
    { extension: asExtension(number), name: number, devices: [`PJSIP/${number}`] },
  ]),
)
const memberNumbers = (group: Group) => group.members.map(({ extension }) => extension as string)

t.test('a hint names devices; custom states and presence are none', async (t) => {
  const table: [hint: string, devices: string[]][] = [
    ['PJSIP/101&Custom:DND101,CustomPresence:101', ['PJSIP/101']],
    ['PJSIP/101&PJSIP/99101&Custom:DND101,CustomPresence:101', ['PJSIP/101', 'PJSIP/99101']],
    ['SIP/101', ['SIP/101']],
    ['Custom:DND108,CustomPresence:108', []],
    ['Local/101@from-internal', []],
    ['', []],
  ]
  for (const [hint, devices] of table) t.same(devicesOfHint(hint), devices, hint)
})

t.test('extensions are the plain numbers of ext-local', async (t) => {
  const hint = 'Hint: PJSIP/101&Custom:DND101,CustomPresence:101 | Status: 0 | StatusText: Idle'
  t.match(readHint(raw(`Event: ExtensionStatus | Exten: 101 | Context: ext-local | ${hint}`)), {
    extension: '101',
    devices: ['PJSIP/101'],
  })
  for (const other of [
    'Exten: 101 | Context: from-internal',
    'Exten: *76101 | Context: ext-local',
    'Exten: _9X. | Context: ext-local',
    'Context: ext-local',
  ]) {
    t.equal(readHint(raw(`Event: ExtensionStatus | ${other} | ${hint}`)), null, other)
  }
  t.equal(readName([raw('Event: DBGetResponse | Family: AMPUSER/101 | Key: cidname | Val: Alice')]), 'Alice')
  t.equal(readName([raw('Event: DBGetResponse | Family: AMPUSER/101 | Key: cidname | Val: ')]), null)
  t.equal(readName([]), null)
})

t.test('every form of a member is resolved to its extension', async (t) => {
  const table: [line: string, stateInterface: string, expected: string][] = [
    ['Local/101@from-queue/n', 'hint:101@ext-local', '101'],
    ['Local/101@from-internal/n', '', '101'],
    ['Local/102#@from-queue/n', '', '102'],
    ['PJSIP/103', 'PJSIP/103', '103'],
    ['PJSIP/unknown', 'hint:104@ext-local', '104'],
    ['hint:105@ext-local', '', '105'],
    ['Agent/7', 'PJSIP/105', '105'],
    ['Agent/104', '', '104'],
    ['Agent/7', '', 'unknown-extension'],
    ['PJSIP/5551234@trunk1', '', 'outside-number'],
    [`PJSIP/${'x'.repeat(1_000_000)}`, '', 'unknown-extension'],
    ['Local/101@from-queue', '', '101'],
    ['Local/5551234#@from-queue/n', '', 'outside-number'],
    ['Local/999@from-queue/n', 'hint:999@ext-local', 'unknown-extension'],
    ['PJSIP/trunk1', '', 'unknown-extension'],
    ['Local/constructor@from-queue/n', '', 'unreadable'],
    ['nonsense', '', 'unreadable'],
  ]
  for (const [line, stateInterface, expected] of table) {
    const resolved = resolveInterface(line, stateInterface, extensions)
    t.equal(
      resolved.kind === 'extension' ? resolved.extension : resolved.member.reason,
      expected,
      line.slice(0, 40),
    )
  }
  t.match(resolveNumber('06501112233#', '06501112233#', extensions), { kind: 'foreign' })
})

const queueStatus = [
  'Event: QueueParams | Queue: 8000 | Max: 0 | Strategy: linear | Calls: 0',
  'Event: QueueMember | Queue: 8000 | Name: Carol | Location: Local/103@from-queue/n | StateInterface: hint:103@ext-local | Membership: static | Penalty: 5 | LastCall: 1795342000 | LoginTime: 1795342548 | InCall: 0 | Status: 3 | Paused: 0 | PausedReason:  | Wrapuptime: 0',
  'Event: QueueMember | Queue: 8000 | Name: Dave | Location: Local/104@from-queue/n | StateInterface: hint:104@ext-local | Membership: dynamic | Penalty: 2 | LastCall: 0 | LoginTime: 1795342600 | InCall: 1 | Status: 2 | Paused: 1 | PausedReason: lunch',
  'Event: QueueMember | Queue: 8000 | Name: Alice | Location: Local/101@from-queue/n | StateInterface: hint:101@ext-local | Membership: static | Penalty: 0 | LastCall: 0 | LoginTime: 1795342548 | InCall: 0 | Status: 5 | Paused: 0 | PausedReason: ',
  'Event: QueueMember | Queue: 8000 | Name: PJSIP/901 | Location: PJSIP/901 | StateInterface: PJSIP/901 | Membership: static | Penalty: 0 | LastCall: 0 | LoginTime: 1795342548 | InCall: 0 | Status: 4 | Paused: 0 | PausedReason: ',
  'Event: QueueParams | Queue: a/b | Max: 0 | Strategy: ringall | Calls: 0',
].map(raw)
const qpenalty = [
  'Event: DBGetTreeResponse | Key: /QPENALTY/8000/dynmemberonly | Val: no',
  'Event: DBGetTreeResponse | Key: /QPENALTY/8000/agents/104 | Val: 2',
  'Event: DBGetTreeResponse | Key: /QPENALTY/8000/agents/105 | Val: 3',
  'Event: DBGetTreeResponse | Key: /QPENALTY/8000/agents/999 | Val: 3',
].map(raw)

function queue8000(): QueueReading {
  const queue = readQueues(queueStatus, readAllowedAgents(qpenalty)).get('8000')
  if (queue === undefined) throw new Error('queue 8000 was not read')
  return { ...queue, configured: ['Local/101@from-queue/n', 'PJSIP/901', 'Local/103@from-queue/n'] }
}

t.test('a queue: members in the order of queues.conf, then logged in, then allowed', async (t) => {
  t.same(
    [...readQueues(queueStatus, new Map()).keys()],
    ['8000'],
    'a name that would break a key is left out',
  )
  const group = queueGroup(pbxId, queue8000(), extensions)
  t.match(group, { ref: { kind: 'queue', number: '8000' }, strategy: 'linear' })
  t.same(group.members, [
    {
      extension: '101',
      position: 0,
      membership: 'static',
      penalty: 0,
      loggedIn: true,
      paused: false,
      pausedReason: null,
      lastCallAt: null,
      inCall: false,
    },
    {
      extension: '103',
      position: 1,
      membership: 'static',
      penalty: 5,
      loggedIn: true,
      paused: false,
      pausedReason: null,
      lastCallAt: 1795342000000,
      inCall: false,
    },
    {
      extension: '104',
      position: 2,
      membership: 'dynamic',
      penalty: 2,
      loggedIn: true,
      paused: true,
      pausedReason: 'lunch',
      lastCallAt: null,
      inCall: true,
    },
    {
      extension: '105',
      position: 3,
      membership: 'allowed',
      penalty: 3,
      loggedIn: false,
      paused: false,
      pausedReason: null,
      lastCallAt: null,
      inCall: false,
    },
  ])
  t.same(group.foreign, [{ text: 'PJSIP/901', reason: 'unknown-extension' }])
  t.equal(
    interfaceOfMemberLine('Local/101@from-queue/n,0,"Alice Adams",hint:101@ext-local'),
    'Local/101@from-queue/n',
  )
})

t.test('events amend a queue and leave the reading before them as it was', async (t) => {
  const before = queue8000()
  const event = (name: string, line: string) => raw(`Event: ${name} | Queue: 8000 | ${line}`)
  const alice =
    'MemberName: Alice | Interface: Local/101@from-queue/n | StateInterface: hint:101@ext-local | Membership: static | LastCall: 0 | LoginTime: 1795342548 | InCall: 0'
  const apply = (queue: QueueReading, name: string, line: string) => {
    const after = applyQueueEvent(queue, event(name, line))
    if (after === null) throw new Error(`${name} was not understood`)
    return after
  }

  const paused = apply(before, 'QueueMemberPause', `${alice} | Penalty: 0 | Paused: 1 | PausedReason: break`)
  t.match(queueGroup(pbxId, paused, extensions).members[0], {
    extension: '101',
    paused: true,
    pausedReason: 'break',
  })
  t.match(queueGroup(pbxId, before, extensions).members[0], { paused: false }, 'the former value stands')
  const penalised = apply(
    paused,
    'QueueMemberPenalty',
    `${alice} | Penalty: 7 | Paused: 1 | PausedReason: break`,
  )
  t.match(queueGroup(pbxId, penalised, extensions).members[0], { penalty: 7, paused: true })
  t.equal(
    apply(
      penalised,
      'QueueMemberStatus',
      `${alice} | Penalty: 7 | Paused: 1 | PausedReason: break | Status: 2`,
    ),
    penalised,
    'what says nothing new changes nothing',
  )

  const dave =
    'MemberName: Dave | Interface: Local/104@from-queue/n | StateInterface: hint:104@ext-local | Membership: dynamic | Penalty: 2'
  const without = apply(before, 'QueueMemberRemoved', dave)
  t.match(
    queueGroup(pbxId, without, extensions).members.find(({ extension }) => extension === '104'),
    { membership: 'allowed', loggedIn: false },
    'logging out leaves an allowed agent a member',
  )
  t.equal(apply(without, 'QueueMemberRemoved', dave), without)
  t.match(memberNumbers(queueGroup(pbxId, apply(without, 'QueueMemberAdded', dave), extensions)), [
    '101',
    '103',
    '104',
    '105',
  ])

  t.equal(
    applyQueueEvent(undefined, event('QueueMemberAdded', dave)),
    null,
    'an unknown queue needs a reading',
  )
  t.ok(isQueueMemberEvent(event('QueueMemberAdded', dave)))
  t.notOk(isQueueMemberEvent(raw('Event: QueueCallerJoin | Queue: 8000')))
})

const plan = (extension: string, ...steps: [application: string, data: string][]) =>
  steps.map(([application, data], index) =>
    raw(
      `Event: ListDialplan | Context: ext-group | Extension: ${extension} | Priority: ${index + 1} | Application: ${application} | AppData: ${data}`,
    ),
  )

t.test('arguments are split outside of every bracket', async (t) => {
  t.same(splitArguments(`20,\${DIAL_OPTIONS}Q(NO_ANSWER),101-102`), [
    '20',
    `\${DIAL_OPTIONS}Q(NO_ANSWER)`,
    '101-102',
  ])
  t.same(splitArguments('a(b,c),d{e,f},$[g,h]'), ['a(b,c)', 'd{e,f}', '$[g,h]'])
  t.same(splitArguments(''), [''])
  const step = (application: string, data: string) =>
    subroutineCall({ context: 'ext-group', extension: '600', priority: 1, label: '', application, data })
  t.same(step('Gosub', 'macro-dial,s,1(20,M(x,y),101)'), {
    name: 'dial',
    parameters: ['20', 'M(x,y)', '101'],
  })
  t.same(step('Macro', 'dial,20,Tt,101-102'), { name: 'dial', parameters: ['20', 'Tt', '101-102'] })
  t.equal(step('Gosub', 'sub-record-check,s,1(rg,600,dontcare)'), null)
  t.equal(step('Gosub', 'macro-dial'), null)
  t.equal(step('Dial', 'PJSIP/101,20'), null)
})

t.test('ring groups of either release, in their order', async (t) => {
  const answer = [
    raw('Event: ListDialplan | Context: ext-group | IncludeContext: ext-group-custom'),
    ...plan(
      '600',
      ['Progress', ''],
      ['Gosub', 'sub-record-check,s,1(rg,600,dontcare)'],
      ['Set', 'RingGroupMethod=ringall'],
      ['Gosub', `macro-dial-confirm,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),101-102-103-5551234#,600)`],
      ['Gosub', `macro-dial,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),101-102-103-5551234#)`],
      ['Set', 'RingGroupMethod='],
    ),
    ...plan(
      '601',
      ['Set', 'RingGroupMethod=hunt-prim'],
      ['Macro', `dial,20,\${DIAL_OPTIONS},103-101-102#-103`],
    ),
    ...plan('602', ['Set', 'RingGroupMethod=newfangled'], ['Macro', 'dial-confirm,20,600,901-x,602']),
    ...plan('603', ['Set', 'RingGroupMethod=hunt'], ['Hangup', '']),
    ...plan('h', ['Gosub', 'macro-dial,s,1(20,,101)']),
  ]
  const read = readRingGroups(readDialplan(answer).steps)
  const groups = read.groups.map((reading) => ringGroup(pbxId, reading, extensions))
  t.same(
    groups.map((group) => [group.ref.number, group.strategy, memberNumbers(group), group.foreign]),
    [
      ['600', 'ringall', ['101', '102', '103'], [{ text: '5551234#', reason: 'outside-number' }]],
      ['601', 'hunt-prim', ['103', '101', '102'], []],
      [
        '602',
        'ringall',
        [],
        [
          { text: '901', reason: 'unknown-extension' },
          { text: 'x', reason: 'unreadable' },
        ],
      ],
    ],
  )
  t.match(groups[1]?.members, [{ position: 0 }, { position: 1 }, { position: 2 }])
  t.match(
    read.unreadable,
    [{ number: '603', context: 'ext-group', extension: '603', priority: 1, reason: /nothing after it/ }],
    'a group that dials nobody is told, not dropped in silence',
  )
})

t.test('business numbers as the inbound routes write them', async (t) => {
  const context = (...numbers: string[]) =>
    readDialplan(numbers.flatMap((number) => plan(number, ['Set', '__FROM_DID=x'], ['Goto', 'x'])))
  t.same(
    readDids([
      context('foo'),
      context('6313808000/+19542788086', '6313808000', 's', '_.', '_X!', '_X.', 'h', 'fax'),
      context('+16313808001', '_1631380XXXX', '6313808000', '12345'),
    ]),
    ['6313808000', '+16313808001', '_1631380XXXX', '12345'],
  )
})

t.test('every strategy that FreePBX has, by either release', async (t) => {
  for (const strategy of ringGroupStrategies) {
    for (const dial of [
      ['Macro', `dial,20,m(default)\${REPLACE(DIAL_OPTIONS,r)},103-101`],
      ['Gosub', `macro-dial,s,1(20,m(default)\${REPLACE(DIAL_OPTIONS,r)},103-101)`],
    ] as const) {
      const { groups } = readRingGroups(
        readDialplan(plan('600', ['Set', `RingGroupMethod=${strategy}`], [...dial])).steps,
      )
      t.match(groups, [{ number: '600', strategy, list: ['103', '101'] }], `${strategy} ${dial[0]}`)
    }
  }
})

t.test('a line that can not be read is told with its place', async (t) => {
  const read = (...steps: Parameters<typeof plan>[1][]) =>
    readRingGroups(readDialplan(plan('600', ['Set', 'RingGroupMethod=hunt'], ...steps)).steps)
  for (const data of [
    `macro-dial,s,1(20,Tt,\${MEMBERS})`,
    'macro-dial,s,1(20,Tt,)',
    'macro-dial,s,1(20)',
    `macro-dial,s,1(20,Tt,${'('.repeat(1_000_000)})`,
  ]) {
    const { groups, unreadable } = read(['Gosub', data])
    t.same(groups, [])
    t.match(unreadable, [{ number: '600', context: 'ext-group', extension: '600', priority: 2 }])
    t.ok((unreadable[0]?.reason.length ?? 0) < 200, 'and not quoted whole')
  }
  const long = Array.from({ length: 200_000 }, (_, index) => `${index}`).join('-')
  const [group] = read(['Gosub', `macro-dial,s,1(20,Tt,${long})`]).groups
  t.equal(group?.list.length, 200_000, 'a line of 1 MB is only a long one')
})

t.test('ring groups of a hand-written dialplan', async (t) => {
  const teams = (...answer: ReturnType<typeof plan>) => readPlainRingGroups(readDialplan(answer).steps)
  const { groups, unreadable } = teams(
    ...plan(
      '700',
      ['Answer', ''],
      ['Dial', 'PJSIP/101&PJSIP/102&PJSIP/5551234@trunk1,20,tT'],
      ['Hangup', ''],
    ),
    ...plan('701', ['Dial', 'PJSIP/103,10'], ['Dial', 'Local/101@phones/n,10']),
    ...plan('702', ['Dial', `\${PJSIP_DIAL_CONTACTS(101)}&PJSIP/104,20`]),
    ...plan('703', ['Dial', `\${EVERYBODY},20`]),
    ...plan('704', ['Playback', 'x']),
    ...plan('_7XX', ['Dial', 'PJSIP/101']),
  )
  t.same(
    groups.map((reading) => {
      const group = ringGroup(pbxId, reading, extensions)
      return [group.ref.number, group.strategy, memberNumbers(group), group.foreign.map(({ text }) => text)]
    }),
    [
      ['700', 'ringall', ['101', '102'], ['PJSIP/5551234@trunk1']],
      ['701', 'hunt', ['103', '101'], []],
      ['702', 'ringall', ['101', '104'], []],
    ],
  )
  t.match(unreadable, [{ number: '703', extension: '703', priority: 1, reason: /EVERYBODY/ }])
})

t.test('names out of caller ids, whatever people write', async (t) => {
  const table: [callerId: string, name: string | null][] = [
    ['"Alice Adams" <101>', 'Alice Adams'],
    ['Alice <101>', 'Alice'],
    ['"Олена 👩‍💻 Шевченко" <101>', 'Олена 👩‍💻 Шевченко'],
    [String.raw`"Bob \"the\" Brown" <102>`, 'Bob "the" Brown'],
    ['<101>', null],
    ['101 <101>', null],
    ['', null],
    ['"" <>', null],
  ]
  for (const [callerId, name] of table) t.equal(nameOfCallerId(callerId), name, callerId)
})

t.test('who is asked when not all can be', async (t) => {
  const rotation = createRotation<number>()
  const all = Array.from({ length: 10 }, (_, index) => index)
  t.same(
    rotation.take(all, 4, () => false),
    [0, 1, 2, 3],
  )
  t.same(
    rotation.take(all, 4, () => false),
    [4, 5, 6, 7],
  )
  t.same(
    rotation.take(all, 4, (key) => key === 5),
    [5, 9, 0, 1],
    'the urgent first, then round',
  )
  t.same(
    rotation.take(all, 2, (key) => key < 4),
    [0, 1, 2, 3],
    'the urgent all, room or not',
  )
  t.same(rotation.take(all, Number.POSITIVE_INFINITY, () => false).length, 10)
  t.same(
    rotation.take([], 4, () => false),
    [],
  )
  const seen = new Set(Array.from({ length: 3 }, () => rotation.take(all, 4, () => false)).flat())
  t.equal(seen.size, 10, 'everybody’s turn comes')
})

t.test('a flood has room for one event of each key, and forgets none of the last', async (t) => {
  const backlog = createEventBacklog()
  for (let turn = 0; turn < 1000; turn++) {
    backlog.push(raw(`Event: DeviceStateChange | Device: PJSIP/${turn % 3} | State: ${turn}`))
  }
  backlog.push(raw('Event: DeviceStateChange | Device: PJSIP/0 | State: x | ActionID: parley-1'))
  backlog.push(raw('Event: DeviceStateChange | Device: PJSIP/0 | State: x | ActionID: parley-1'))
  t.equal(backlog.size, 5, 'items of an answer are never merged')
  t.match(
    backlog.takeAll().map((message) => [message[3], message[5]]),
    [
      ['PJSIP/1', '997'],
      ['PJSIP/2', '998'],
      ['PJSIP/0', '999'],
    ],
  )
  t.equal(backlog.size, 0)
})
