import t from 'tap'
import type { ExtensionEntry } from '../../module/domain/directory.ts'
import type { DirectoryChanges } from '../../module/domain/directory-changes.ts'
import { asExtension, asPbxId } from '../../module/domain/ids.ts'
import type { Presence } from '../../module/domain/presence.ts'
import type { PbxReading } from '../../module/pbx/directory/pbx-reading.ts'
import { readQueues } from '../../module/pbx/directory/queues.ts'
import { createPbxView, type PbxView } from '../../module/pbx/pbx-view.ts'
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
