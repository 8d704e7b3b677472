import t from 'tap'
import type { ExtensionEntry } from '../../module/domain/directory/directory.ts'
import type { DirectoryChanges } from '../../module/domain/directory/directory-changes.ts'
import type { Presence } from '../../module/domain/directory/presence.ts'
import { asExtension, asGroupNumber, asPbxId } from '../../module/domain/ids.ts'
import type { PbxReading } from '../../module/pbx/directory/pbx-reading.ts'
import { readQueues } from '../../module/pbx/directory/queues.ts'
import { keepReading } from '../../module/pbx/keep-reading.ts'
import { createPbxView, type PbxView } from '../../module/pbx/pbx-view.ts'
import { readAgentStatuses } from '../../module/pbx/presence/agent-status.ts'
import { readDeviceStates } from '../../module/pbx/presence/device-states.ts'
import { presenceOf as judge, type PresenceSources } from '../../module/pbx/presence/presence-of.ts'
import { raw } from './raw-message.ts'

const entry = (...devices: string[]): ExtensionEntry => ({
  extension: asExtension('101'),
  name: 'Alice',
  devices,
})

const nothing: PresenceSources = {
  states: new Map(),
  withoutContact: new Set(),
  dnd: new Set(),
  statuses: new Map(),
  queues: new Map(),
  isUnheard: () => false,
}

const presenceOf = (of: ExtensionEntry, states: ReadonlyMap<string, string>, now: number) =>
  judge(of, { ...nothing, states }, undefined, now)

t.test('presence is what the real devices say', async (t) => {
  type Row = [devices: Record<string, string>, registration: string, call: string, dnd: string]
  const table: Row[] = [
    [{ 'PJSIP/101': 'NOT_INUSE' }, 'registered', 'idle', 'off'],
    [{ 'PJSIP/101': 'UNAVAILABLE', 'Custom:DND101': 'NOT_INUSE' }, 'unregistered', 'idle', 'off'],
    [{ 'PJSIP/101': 'UNAVAILABLE', 'Custom:DND101': 'BUSY' }, 'unregistered', 'idle', 'on'],
    [{ 'PJSIP/101': 'NOT_INUSE', 'Custom:DND101': 'UNAVAILABLE' }, 'registered', 'idle', 'off'],
    [{ 'PJSIP/101': 'RINGING' }, 'registered', 'ringing', 'off'],
    [{ 'PJSIP/101': 'INUSE' }, 'registered', 'on-call', 'off'],
    [{ 'PJSIP/101': 'BUSY' }, 'registered', 'on-call', 'off'],
    [{ 'PJSIP/101': 'RINGINUSE' }, 'registered', 'on-call', 'off'],
    [{ 'PJSIP/101': 'ONHOLD' }, 'registered', 'on-hold', 'off'],
    [{ 'PJSIP/101': 'INVALID' }, 'unregistered', 'idle', 'off'],
    [{ 'PJSIP/101': 'UNKNOWN' }, 'unknown', 'unknown', 'off'],
    [{}, 'unknown', 'unknown', 'off'],
    [{ 'PJSIP/102': 'INUSE' }, 'unknown', 'unknown', 'off'],
  ]
  for (const [states, registration, call, dnd] of table) {
    const presence = presenceOf(entry('PJSIP/101'), new Map(Object.entries(states)), 7)
    t.match(presence, { extension: '101', registration, call, dnd, since: 7 }, JSON.stringify(states))
  }
})

t.test('of several devices the registered and the busiest speak', async (t) => {
  const both = entry('PJSIP/101', 'PJSIP/99101')
  const of = (desk: string, browser: string) =>
    presenceOf(
      both,
      new Map([
        ['PJSIP/101', desk],
        ['PJSIP/99101', browser],
      ]),
      0,
    )
  t.match(of('UNAVAILABLE', 'NOT_INUSE'), { registration: 'registered', call: 'idle' })
  t.match(of('UNAVAILABLE', 'UNAVAILABLE'), { registration: 'unregistered', call: 'idle' })
  t.match(of('NOT_INUSE', 'INUSE'), { registration: 'registered', call: 'on-call' })
  t.match(of('RINGING', 'ONHOLD'), { call: 'on-hold' })
  t.match(of('UNAVAILABLE', 'UNKNOWN'), { registration: 'unknown' })
  t.match(
    presenceOf(entry(), new Map(), 0),
    { registration: 'unregistered', call: 'idle' },
    'an extension without a device',
  )
})

t.test('device states are read from a list or one event', async (t) => {
  const read = readDeviceStates([
    raw('Event: DeviceStateChange | Device: Queue:8000_pause_Local/101@from-queue/n | State: NOT_INUSE'),
    raw('Event: DeviceStateChange | Device: PJSIP/101 | State: Inuse'),
    raw('Event: DeviceStateChange | Device: PJSIP/102'),
  ])
  t.same(
    [...read],
    [
      ['Queue:8000_pause_Local/101@from-queue/n', 'NOT_INUSE'],
      ['PJSIP/101', 'INUSE'],
    ],
  )
})

const hint = 'PJSIP/101&Custom:DND101'
const queueMember = 'Location: Local/101@from-queue/n | Membership: dynamic | Penalty: 0 | Paused: 0'

function reading(states: Record<string, string>, dids: readonly string[] = []): PbxReading {
  return {
    extensions: new Map([[asExtension('101'), entry('PJSIP/101')]]),
    hintMarks: new Map([[asExtension('101'), `${hint} 0`]]),
    queues: readQueues(
      [
        raw('Event: QueueParams | Queue: 8000 | Strategy: ringall'),
        raw(`Event: QueueMember | Queue: 8000 | ${queueMember}`),
      ],
      new Map(),
    ),
    ringGroups: [],
    dids,
    schedules: {
      conditions: [],
      flows: [],
      overrides: new Map(),
      modes: new Map(),
      holds: new Map(),
      deviceStates: new Map(),
    },
    deviceStates: new Map(Object.entries(states)),
    withoutContact: new Set(),
    dnd: new Set(),
    statuses: new Map(),
    clockAheadMs: 0,
    unreadable: [],
  }
}

const stateEvent = (device: string, state: string) =>
  raw(`Event: DeviceStateChange | Device: ${device} | State: ${state}`)

/** A view whose clock the test turns, and whose calls it counts. */
function watched(settleMs = 0) {
  const calls: { directory: DirectoryChanges | null }[] = []
  const clock = { now: 1000 }
  const view = createPbxView({
    pbxId: asPbxId('main'),
    clock: () => clock.now,
    lastDirectory: null,
    settleMs,
    provisionalMs: 60_000,
    paceMs: 0,
    names: () => null,
    onChanged: (changed) => calls.push(changed),
  })
  return { view, calls, clock }
}

const presence101 = (view: PbxView): Presence | undefined => view.snapshot().presence.get(asExtension('101'))
const nextTick = () => new Promise((resolve) => setImmediate(resolve))

t.test('readings replace all at once; listeners hear of real changes only, once a tick', async (t) => {
  const { view, calls, clock } = watched()
  t.equal(view.snapshot().freshness, 'stale')
  t.equal(view.apply(stateEvent('PJSIP/101', 'INUSE')), 'applied', 'an event before any reading does nothing')

  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }, ['16313808000']))
  t.match(view.snapshot(), { freshness: 'live', directory: { dids: ['16313808000'], readAt: 1000 } })
  t.match(presence101(view), { registration: 'registered', call: 'idle', dnd: 'off', since: 1000 })
  await nextTick()
  t.match(calls, [{ directory: { extensions: { added: ['101'], removed: [] } } }])

  const before = view.snapshot()
  clock.now = 2000
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }, ['16313808000']))
  await nextTick()
  t.equal(calls.length, 1, 'the same again is no change')
  t.equal(view.snapshot().presence, before.presence)
  t.equal(view.snapshot().directory.readAt, 2000)

  for (const [device, state] of [
    ['PJSIP/101', 'RINGING'],
    ['Custom:DND101', 'BUSY'],
    ['PJSIP/101', 'INUSE'],
  ] as const) {
    view.apply(stateEvent(device, state))
  }
  t.match(presence101(view), { call: 'on-call', dnd: 'on', since: 2000 }, 'seen at once')
  await nextTick()
  t.same(calls.slice(1), [{ directory: null }], 'three events, one call')
  t.match(before.presence.get(asExtension('101')), { call: 'idle' }, 'an older snapshot stands')

  view.lose()
  t.match(view.snapshot(), { freshness: 'stale', directory: { dids: ['16313808000'] } })
  t.match(presence101(view), { registration: 'unknown', call: 'unknown', dnd: 'unknown' })
  view.close()
  const count = calls.length
  await nextTick()
  t.equal(calls.length, count, 'nobody is called after the close')
})

t.test('events that come during a reading are applied over it', async (t) => {
  const { view } = watched()
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  view.beginReading()
  view.apply(stateEvent('PJSIP/101', 'INUSE'))
  view.apply(
    raw(
      `Event: QueueMemberPause | Queue: 8000 | ${queueMember.replace('Location', 'Interface').replace('Paused: 0', 'Paused: 1 | PausedReason: tea')}`,
    ),
  )
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  t.match(presence101(view), { call: 'on-call' })
  const [queue] = view.snapshot().directory.groups.values()
  t.match(queue?.members, [{ extension: '101', paused: true, pausedReason: 'tea' }])
  view.close()
})

t.test('a phone that is gone for an instant was not gone', async (t) => {
  const { view, calls } = watched(20)
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  await nextTick()
  const count = calls.length
  view.apply(stateEvent('PJSIP/101', 'UNAVAILABLE'))
  view.apply(stateEvent('PJSIP/101', 'NOT_INUSE'))
  await new Promise((resolve) => setTimeout(resolve, 40))
  t.equal(calls.length, count)
  t.match(presence101(view), { registration: 'registered' })
  view.apply(stateEvent('PJSIP/101', 'UNAVAILABLE'))
  t.match(presence101(view), { registration: 'registered' }, 'not yet')
  while (calls.length === count) await nextTick()
  t.match(presence101(view), { registration: 'unregistered' }, 'but one that stays away is')
  view.close()
})

t.test('some events can only be explained by reading again', async (t) => {
  const { view } = watched()
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  const status = (exten: string, devices: string, code: number) =>
    raw(`Event: ExtensionStatus | Exten: ${exten} | Context: ext-local | Hint: ${devices} | Status: ${code}`)
  const table: [event: ReturnType<typeof raw>, outcome: string][] = [
    [raw('Event: Reload | Module: All | Status: 0'), 'thorough'],
    [raw(`Event: QueueMemberAdded | Queue: 9000 | ${queueMember}`), 'check'],
    [status('102', 'PJSIP/102', 0), 'check'],
    [status('101', 'PJSIP/99101', 8), 'check'],
    [status('101', hint, 0), 'check'],
    [status('101', hint, 8), 'applied'],
    [status('101', hint, 8), 'check'],
    [status('*76101', 'Custom:DND101', 1), 'applied'],
    [raw('Event: UserEvent | UserEvent: Else'), 'applied'],
  ]
  for (const [event, outcome] of table) t.equal(view.apply(event), outcome, JSON.stringify(event))
  view.close()
})

t.test(
  'chan_iax2 says UNKNOWN of a phone that is there and idle; chan_sip of one that it does not know',
  async (t) => {
    type Row = [device: string, state: string, registration: string, call: string]
    const table: Row[] = [
      ['IAX2/101', 'UNKNOWN', 'registered', 'idle'],
      ['IAX2/101', 'UNAVAILABLE', 'unregistered', 'idle'],
      ['IAX2/101', 'INUSE', 'registered', 'on-call'],
      ['SIP/101', 'UNKNOWN', 'unknown', 'unknown'],
      ['SIP/101', 'NOT_INUSE', 'registered', 'idle'],
      ['SIP/101', 'UNAVAILABLE', 'unregistered', 'idle'],
      ['SIP/101', 'RINGING', 'registered', 'ringing'],
    ]
    for (const [device, state, registration, call] of table) {
      const presence = presenceOf(entry(device), new Map([[device, state]]), 0)
      t.match(presence, { registration, call }, `${device} ${state}`)
    }
  },
)

const away = { value: 'away', subtype: '', message: 'Mittagspause, bis 14 Uhr 🍜' } as const
const pause = { queue: asGroupNumber('8000'), reason: 'lunch' }

t.test('one value with its reasons, each with the time of its change', async (t) => {
  const states = new Map([['PJSIP/101', 'NOT_INUSE']])
  const of = (over: Partial<PresenceSources>, before: Presence | undefined, now: number) =>
    judge(entry('PJSIP/101'), { ...nothing, states, ...over }, before, now)
  const first = of({}, undefined, 10)
  t.equal(of({}, first, 20), first, 'nothing new is the same value')
  const busy = of({ states: new Map([['PJSIP/101', 'INUSE']]) }, first, 20)
  t.match(busy, { call: 'on-call', changedAt: { call: 20, registration: 10, dnd: 10 }, since: 20 })
  const dnd = of({ dnd: new Set([asExtension('101')]) }, busy, 30)
  t.match(dnd, { call: 'idle', dnd: 'on', changedAt: { call: 30, dnd: 30, registration: 10 } })
  const standing = { pauses: [pause], wrapUpUntil: 100 }
  const whole = {
    statuses: new Map([[asExtension('101'), away]]),
    queues: new Map([[asExtension('101'), standing]]),
  }
  const wrapping = of(whole, first, 40)
  t.match(wrapping, { call: 'wrap-up', wrapUpUntil: 100, status: away, pauses: [pause], since: 40 })
  t.equal(of(whole, wrapping, 99), wrapping)
  t.match(of(whole, wrapping, 100), { call: 'idle', wrapUpUntil: null, changedAt: { call: 100, pauses: 40 } })
  t.match(
    of({ ...whole, states: new Map([['PJSIP/101', 'RINGING']]) }, wrapping, 50),
    { call: 'ringing', wrapUpUntil: null },
    'a call goes before the time after one',
  )
  t.match(of({ withoutContact: new Set(['PJSIP/101']) }, first, 50), { registration: 'unregistered' })
  t.match(of({ isUnheard: () => true }, first, 50), { provisional: true, since: 10 })
  t.match(of({ isUnheard: () => true, states: new Map() }, first, 50), { provisional: false })
})

t.test('agent statuses are read from a list or one event', async (t) => {
  const read = readAgentStatuses(
    [
      'Event: PresenceStateChange | Presentity: CustomPresence:101 | Status: away | Subtype:  | Message: Mittagspause, bis 14 Uhr 🍜',
      'Event: PresenceStateChange | Presentity: CustomPresence:102 | Status: not_set | Subtype:  | Message: ',
      'Event: PresenceStateChange | Presentity: SIP:103 | Status: away',
      'Event: PresenceStateChange | Status: away',
    ].map(raw),
  )
  t.same(
    [...read],
    [
      ['101', away],
      ['102', null],
    ],
  )
})

const memberLine =
  'MemberName: Alice | StateInterface: hint:101@ext-local | Membership: static | Penalty: 0 | Paused: 0'

t.test('wrap-up begins with the end of a call and ends by the clock', async (t) => {
  const { view, calls, clock } = watched()
  clock.now = Date.now()
  const base = reading({ 'PJSIP/101': 'NOT_INUSE' })
  const queues = new Map([...base.queues].map(([number, queue]) => [number, { ...queue, wrapUpMs: 2000 }]))
  view.beginReading()
  view.replace({ ...base, queues, clockAheadMs: 60_000 })
  t.match(presence101(view), { call: 'idle' })
  const completed =
    'Event: AgentComplete | Queue: 8000 | Interface: Local/101@from-queue/n | MemberName: Alice'
  t.equal(view.apply(raw(completed)), 'applied')
  t.match(presence101(view), { call: 'wrap-up' })
  const until = presence101(view)?.wrapUpUntil ?? 0
  t.ok(until > clock.now && until <= clock.now + 2000, 'by our own clock, however wrong the PBX’s is')
  const lastCall = Math.floor((clock.now + 60_000) / 1000)
  view.apply(
    raw(
      `Event: QueueMemberStatus | Queue: 8000 | Interface: Local/101@from-queue/n | ${memberLine} | LastCall: ${lastCall}`,
    ),
  )
  t.match(presence101(view), { call: 'wrap-up' }, 'the member’s status says the same')
  const ticking = setInterval(() => {
    clock.now = Date.now()
  }, 5)
  t.teardown(() => clearInterval(ticking))
  await nextTick()
  const told = calls.length
  while (presence101(view)?.call === 'wrap-up') await new Promise((resolve) => setTimeout(resolve, 20))
  await nextTick()
  t.ok(calls.length > told, 'listeners hear of it')
  t.match(presence101(view), { call: 'idle', wrapUpUntil: null }, 'no event marks it')
  t.ok(clock.now >= until)
  view.close()
})

t.test('what Asterisk says just after its start is provisional until it hears of the phone', async (t) => {
  const { view, clock } = watched()
  view.booted(clock.now - 1000)
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  t.match(presence101(view), { registration: 'registered', provisional: true })
  view.apply(stateEvent('PJSIP/101', 'NOT_INUSE'))
  t.match(presence101(view), { provisional: false }, 'even a word that only repeats what was said')

  view.booted(clock.now)
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  t.match(presence101(view), { provisional: true })
  clock.now += 60_000
  view.beginReading()
  view.replace(reading({ 'PJSIP/101': 'NOT_INUSE' }))
  t.match(presence101(view), { provisional: false }, 'by then it would have noticed')
  view.close()
})

t.test('do-not-disturb: the AstDB counts, and an event of the lamp speaks for both', async (t) => {
  const { view } = watched()
  view.beginReading()
  view.replace({ ...reading({ 'PJSIP/101': 'NOT_INUSE' }), dnd: new Set([asExtension('101')]) })
  t.match(presence101(view), { dnd: 'on' }, 'though no lamp shows it')
  view.apply(stateEvent('Custom:DND101', 'NOT_INUSE'))
  t.match(presence101(view), { dnd: 'off' })
  view.apply(stateEvent('Custom:DND101', 'BUSY'))
  t.match(presence101(view), { dnd: 'on' })
  view.apply(stateEvent('Custom:DND101', 'UNAVAILABLE'))
  t.match(presence101(view), { dnd: 'off' }, 'at once, for a lamp does not come back')
  view.close()
})

t.test('a phone that went without a word is gone until it speaks', async (t) => {
  const { view } = watched()
  view.beginReading()
  view.replace({ ...reading({ 'PJSIP/101': 'NOT_INUSE' }), withoutContact: new Set(['PJSIP/101']) })
  t.match(presence101(view), { registration: 'unregistered' })
  view.apply(stateEvent('PJSIP/101', 'NOT_INUSE'))
  t.match(presence101(view), { registration: 'registered' })
  view.close()
})

t.test('readings: one at a time, the larger answers for the smaller', async (t) => {
  const kinds: string[] = []
  let underWay = 0
  const kept = keepReading({
    everyMs: 60_000,
    gapMs: 5,
    async read(kind) {
      t.equal(++underWay, 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
      underWay--
      kinds.push(kind)
    },
    onFailed: (loss) => t.fail(loss.sentence),
  })
  t.teardown(() => kept.stop())
  const until = async (count: number) => {
    while (kinds.length < count) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until(1)
  t.same(kinds, ['thorough'], 'everything at the start')
  kept.ask('schedules')
  await until(2)
  t.equal(kinds[1], 'schedules')
  kept.ask('check')
  kept.ask('thorough')
  kept.ask('check')
  await until(3)
  t.equal(kinds[2], 'thorough')
  await kept.now()
  t.same(kinds.slice(3), ['thorough'], 'what was asked before is answered by then')
  const before = kinds.length
  const running = kept.now()
  while (underWay === 0) await new Promise((resolve) => setImmediate(resolve))
  kept.ask('check')
  await running
  await until(before + 2)
  t.same(kinds.slice(before), ['thorough', 'check'], 'what is asked during a reading follows it')
  const never = kept.now()
  kept.stop()
  await never
  await kept.now()
})

t.test('a reading that fails ends the readings, and leaves nobody waiting', async (t) => {
  const failed = Promise.withResolvers<string>()
  const kept = keepReading({
    everyMs: 1,
    gapMs: 1,
    read: () => Promise.reject(new Error('broken')),
    onFailed: (loss) => failed.resolve(loss.sentence),
  })
  await kept.now()
  t.equal(await failed.promise, 'broken')
  await kept.now()
})
