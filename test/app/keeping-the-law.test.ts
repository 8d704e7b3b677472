import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { createAwayAgents } from '../../module/app/people/away-agents.ts'
import type { Log } from '../../module/app/ports/ambient.ts'
import type { Absence } from '../../module/app/ports/store-requests.ts'
import { createDrainWaiting } from '../../module/app/routing/drain-waiting.ts'
import { createReceiveInbound } from '../../module/app/routing/receive-inbound.ts'
import { createReleaseMembers } from '../../module/app/routing/release-members.ts'
import { startSweep } from '../../module/app/routing/sweep-conversations.ts'
import { watchAbsences } from '../../module/app/routing/watch-absences.ts'
import { explainDecision } from '../../module/domain/designation/explain.ts'
import { noOverrides, type RoutingOverrides } from '../../module/domain/designation/sticky-mode.ts'
import { type GroupSettings, usualGroupSettings } from '../../module/domain/directory/group-settings.ts'
import type { CommittedEvent } from '../../module/domain/events.ts'
import { succeed } from '../../module/domain/failures.ts'
import {
  asConversationId,
  asExtension,
  asRuleId,
  type ConversationId,
  groupKey,
} from '../../module/domain/ids.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { moduleRoot } from '../../module/manifest.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { createScriptedPbx, inbound, queue } from '../http/sample-sidecar.ts'
import { newId, scratchFolder, secretKey } from '../store/store-samples.ts'

const minute = 60_000
const key = groupKey(queue)

/** The application's keepers on a real store, with a clock and panels that the test sets. */
async function createScene(t: Parameters<typeof scratchFolder>[0], settings: Partial<GroupSettings>) {
  const file = join(scratchFolder(t), 'parley.sqlite')
  const time = { now: 1_000_000_000 }
  const clock = () => time.now
  const open = () => openSqliteStore({ file, newId, secretKey, clock })
  const store = open()
  t.teardown(() => store.close())
  const scripted = createScriptedPbx()
  // Nobody's phone is registered, so that panels alone decide.
  scripted.change({ presence: new Map() })
  const panels = new Set(['101', '102'])
  const complaints: string[] = []
  const log: Log = {
    debug() {},
    info() {},
    warn: (_facts, sentence) => void complaints.push(sentence),
    error: (_facts, sentence) => void complaints.push(sentence),
  }
  const deps = {
    store,
    pbx: scripted.pbx,
    panels: { isOpen: (extension: string) => panels.has(extension), onChanged: () => () => {} },
    clock,
    random: () => 0,
    log,
  }
  const away = createAwayAgents({ store, pbxId: queue.pbxId, clock })
  t.teardown(() => away.close())
  const events: CommittedEvent[] = []
  store.onCommitted((committed) => events.push(...committed))
  await store.saveRule({
    ...ruleDefaults,
    id: asRuleId('rule'),
    name: 'Support',
    position: 1,
    enabled: true,
    dids: [{ kind: 'number', value: '+16313808000' }],
    channels: null,
    destination: queue,
  })
  await store.saveGroupSettings(queue, { ...usualGroupSettings, ...settings }, null)
  const receive = createReceiveInbound({ ...deps, away })
  let serial = 0
  return {
    ...deps,
    away,
    events,
    complaints,
    file,
    openPanels: panels,
    scripted,
    time,
    async texted(
      sender = `+1954${String(1_000_000 + serial++)}`,
      over: Partial<InboundMessage> = {},
    ): Promise<ConversationId> {
      const receipt = await receive(
        inbound({ sender: { kind: 'number', value: sender }, receivedAt: time.now, ...over }),
      )
      if (receipt.kind !== 'committed') throw new Error(receipt.kind)
      return receipt.conversationId
    },
    designated: (id: ConversationId) => store.conversation(id)?.designated ?? null,
  }
}

t.test('an unanswered mention is repeated once, then goes to somebody else', async (t) => {
  const scene = await createScene(t, { remindAfterMs: 5 * minute, escalateAfterMs: 10 * minute })
  const sweep = startSweep({ ...scene, everyMs: 1e6, onSweep() {} })
  t.teardown(() => sweep.close())
  const id = await scene.texted()
  const answered = await scene.texted()
  const agent = scene.designated(answered) ?? asExtension('0')
  await scene.store.commitReply(
    {
      conversationId: answered,
      author: { extension: agent, name: 'Her' },
      text: 'Yes',
      idempotencyKey: 'k-answered',
      at: scene.time.now,
    },
    ({ lastInbound }) => {
      if (lastInbound === null) throw new Error('no way back')
      return succeed({ via: lastInbound, designation: null })
    },
  )
  t.equal(scene.designated(id), '101')
  const repeated = () => scene.events.filter(({ event }) => event.kind === 'mention-repeated')
  scene.time.now += 4 * minute
  await sweep.now()
  t.equal(repeated().length, 0)
  scene.time.now += minute
  await sweep.now()
  await sweep.now()
  t.match(
    repeated(),
    [{ conversationId: id, event: { extension: '101' } }],
    'once, and for the unanswered one',
  )
  scene.time.now += 5 * minute
  await sweep.now()
  t.equal(scene.designated(id), '102')
  t.match(scene.store.decisions(id, 1), [{ cause: 'unanswered', previous: '101' }])
  await sweep.now()
  t.equal(scene.designated(id), '102', 'whose time begins now')
  t.equal(repeated().length, 1)
  t.equal(scene.designated(answered), agent)
})

t.test('who has looked is not hurried', async (t) => {
  const scene = await createScene(t, { remindAfterMs: minute, escalateAfterMs: minute })
  const sweep = startSweep({ ...scene, everyMs: 1e6, onSweep() {} })
  t.teardown(() => sweep.close())
  const id = await scene.texted()
  const [message] = scene.store.messages(id, null, 1).items
  if (message === undefined) throw new Error('no message')
  await scene.store.markRead({
    reader: { pbxId: queue.pbxId, extension: asExtension('101') },
    conversationId: id,
    through: message.id,
    at: scene.time.now,
  })
  scene.time.now += 5 * minute
  await sweep.now()
  t.equal(scene.designated(id), '101')
})

t.test('what is idle closes by itself, and what waits for anybody does not', async (t) => {
  const scene = await createScene(t, {})
  const sweep = startSweep({ ...scene, everyMs: 1e6, onSweep() {} })
  t.teardown(() => sweep.close())
  const id = await scene.texted()
  scene.openPanels.clear()
  const nobodys = await scene.texted()
  scene.time.now += 24 * 60 * minute - 1
  await sweep.now()
  t.equal(scene.store.conversation(id)?.status, 'open')
  scene.time.now += 1
  await sweep.now()
  t.equal(scene.store.conversation(id)?.status, 'closed')
  t.match(scene.store.timeline(id, 1), [{ kind: 'status', reason: 'idle', actor: { kind: 'pbx' } }])
  t.equal(scene.store.conversation(nobodys)?.status, 'open', 'nobody has seen to that customer')
})

t.test('a freed place under a cap drains the oldest, and caps hold when a queue logs in', async (t) => {
  const scene = await createScene(t, { cap: 2 })
  const { store } = scene
  const drain = createDrainWaiting(scene)
  store.onCommitted(drain.onCommitted)
  scene.openPanels.clear()
  const ids: ConversationId[] = []
  for (let index = 0; index < 6; index++) ids.push(await scene.texted())
  t.ok(ids.every((id) => scene.designated(id) === null))
  scene.openPanels.add('101').add('102')
  for (let index = 0; index < 5; index++) drain.trigger()
  await drain.settled()
  t.same(ids.map(scene.designated), ['101', '102', '101', '102', null, null], 'shared as the strategy says')
  t.same(
    ids.map((id) => store.decisions(id, 10).length),
    [2, 2, 2, 2, 1, 1],
    'a designation that fails is recorded once',
  )
  const [first] = ids
  if (first === undefined) throw new Error('none')
  await store.commitStatus(
    {
      conversationId: first,
      expectedVersion: null,
      at: scene.time.now,
      actor: { kind: 'pbx', name: 'Test' },
    },
    () => succeed('closed'),
  )
  await drain.settled()
  t.same(ids.slice(4).map(scene.designated), ['101', null], 'the oldest that waits takes the place')
})

t.test('a rule’s own cap and strategy hold in the drain', async (t) => {
  const scene = await createScene(t, { cap: 3 })
  const { store } = scene
  await ownRule(scene, { cap: 1, strategy: 'linear' })
  const drain = createDrainWaiting(scene)
  scene.openPanels.clear()
  const ruled = [await scene.texted(vip()), await scene.texted(vip()), await scene.texted(vip())]
  const usual = [await scene.texted(), await scene.texted(), await scene.texted(), await scene.texted()]
  scene.openPanels.add('101').add('102')
  drain.trigger()
  await drain.settled()
  t.same(ruled.map(scene.designated), ['101', '102', null], 'one each by the rule, in its order')
  t.same(
    usual.map(scene.designated),
    ['101', '102', '101', '102'],
    'whom that leaves waiting holds up nobody whose cap is higher',
  )
  t.match(
    store.decisions(ruled[1] ?? asConversationId(''), 1),
    [{ cause: 'waiting', input: { cap: 1, strategy: 'linear' } }],
    'what it was decided by is on record',
  )
  await ownRule(scene, { cap: 4, strategy: null })
  drain.trigger()
  await drain.settled()
  t.equal(scene.designated(ruled[2] ?? asConversationId('')), '101', 'the rule as it is now counts')
})

t.test('a rule’s own sticky mode holds in the sweep', async (t) => {
  const scene = await createScene(t, {})
  await ownRule(scene, { sticky: { kind: 'unanswered', afterMs: 5 * minute } })
  const sweep = startSweep({ ...scene, everyMs: 1e6, onSweep() {} })
  t.teardown(() => sweep.close())
  const ruled = await scene.texted(vip())
  const usual = await scene.texted()
  t.same([ruled, usual].map(scene.designated), ['101', '102'])
  scene.time.now += 5 * minute - 1
  await sweep.now()
  t.equal(scene.designated(ruled), '101')
  scene.time.now += 1
  await sweep.now()
  t.same([ruled, usual].map(scene.designated), ['102', '102'], 'and is the rule’s alone')
  t.match(scene.store.decisions(ruled, 1), [{ cause: 'unanswered', previousName: 'Alice Adams' }])
  await ownRule(scene, { sticky: { kind: 'keep' } })
  scene.time.now += 60 * minute
  await sweep.now()
  t.equal(scene.designated(ruled), '102', 'a rule that says keep keeps')
})

t.test('a group’s escalation stands beside a rule’s sticky mode', async (t) => {
  const scene = await createScene(t, { escalateAfterMs: 10 * minute })
  await ownRule(scene, { sticky: { kind: 'keep' }, cap: 1 })
  const sweep = startSweep({ ...scene, everyMs: 1e6, onSweep() {} })
  t.teardown(() => sweep.close())
  const [first, second] = [await scene.texted(vip()), await scene.texted(vip())]
  t.same([first, second].map(scene.designated), ['101', '102'])
  scene.time.now += 10 * minute
  await sweep.now()
  t.same(
    [first, second].map(scene.designated),
    ['101', '102'],
    'with everybody at the rule’s cap each keeps his own, rather than swapping',
  )
})

t.test('who is away for messages is passed over, and coming back drains what waits', async (t) => {
  const scene = await createScene(t, {})
  const { away, store, time } = scene
  const drain = createDrainWaiting(scene)
  const stop = away.onChanged(drain.trigger)
  t.teardown(stop)
  const by = { kind: 'agent', extension: asExtension('101'), name: 'Alice Adams' } as const
  const status = { since: time.now, until: null, reason: 'lunch', by }
  await away.set(asExtension('101'), status)
  const his = await scene.texted()
  t.equal(scene.designated(his), '102', 'her open panel counts for nothing')
  const [decision] = store.decisions(his, 1)
  t.match(decision?.input?.candidates[0], { extension: '101', away: true, awayReason: 'lunch' })
  t.match(decision === undefined ? '' : explainDecision(decision), /Alice Adams \(away for messages: lunch\)/)
  await away.set(asExtension('102'), { ...status, until: time.now + 30 * minute, reason: null })
  const waiting = [await scene.texted(), await scene.texted()]
  t.same(waiting.map(scene.designated), [null, null])

  const again = openSqliteStore({ file: scene.file, newId, secretKey, clock: () => time.now })
  const afterRestart = createAwayAgents({ store: again, pbxId: queue.pbxId, clock: () => time.now })
  t.same(afterRestart.of(asExtension('101'), time.now), status, 'a restart calls nobody back')
  t.match(afterRestart.of(asExtension('102'), time.now), { until: time.now + 30 * minute })
  t.equal(afterRestart.of(asExtension('102'), time.now + 30 * minute), null, 'whose time is over is back')
  afterRestart.close()
  await again.close()

  await away.set(asExtension('101'), null)
  await drain.settled()
  t.same(waiting.map(scene.designated), ['101', '101'])
  t.same(
    store.awayAgents(queue.pbxId).map(([extension]) => extension),
    ['102'],
  )

  const watch = watchAbsences({ ...scene, graceMs: 0, lookAfterMs: 1e6 })
  watch.look()
  t.equal(watch.since(key, asExtension('102')), time.now, 'being away is being unavailable, for stickiness')
  await watch.close()
})

t.test('who said when he is back is told of as back when it comes', async (t) => {
  const store = openSqliteStore({
    file: join(scratchFolder(t), 'parley.sqlite'),
    newId,
    secretKey,
    clock: Date.now,
  })
  t.teardown(() => store.close())
  const away = createAwayAgents({ store, pbxId: queue.pbxId, clock: Date.now })
  t.teardown(() => away.close())
  const at = Date.now()
  const by = { kind: 'pbx', name: 'Test' } as const
  await away.set(asExtension('102'), { since: at, until: at + 365 * 24 * 60 * minute, reason: null, by })
  const told = new Promise<void>((resolve) => {
    const stop = away.onChanged(() => {
      if (away.of(asExtension('101'), Date.now()) !== null) return
      stop()
      resolve()
    })
  })
  await away.set(asExtension('101'), { since: at, until: Date.now() + 50, reason: null, by })
  t.not(away.of(asExtension('101'), at), null)
  await told
  t.not(away.of(asExtension('102'), Date.now()), null, 'a year is no longer than a timer can wait')
})

t.test('where nobody is available the customer is told so, once', async (t) => {
  const scene = await createScene(t, { autoReply: 'Nobody is there right now. We answer soon.' })
  const { store, time } = scene
  const said = (id: ConversationId) =>
    store.messages(id, null, 20).items.filter(({ direction }) => direction === 'out')
  const attended = await scene.texted()
  t.same(said(attended), [], 'who has an agent hears him')
  scene.openPanels.clear()
  const id = await scene.texted('+19540000001')
  t.match(said(id), [
    { author: { kind: 'pbx' }, content: { text: 'Nobody is there right now. We answer soon.' } },
  ])
  t.ok(store.conversation(id)?.waitingSince, 'he waits for an answer all the same')
  time.now += 60 * minute
  await scene.texted('+19540000001')
  t.equal(said(id).length, 1)
  time.now += 12 * 60 * minute
  await scene.texted('+19540000001')
  t.equal(said(id).length, 2, 'in half a day again')
  const stop = await scene.texted('+19540000002', { content: { kind: 'text', text: 'STOP', media: [] } })
  t.same(said(stop), [], 'never to a STOP')
  time.now += minute
  await scene.texted('+19540000002')
  t.same(said(stop), [], 'nor after it')
  const machine = await scene.texted('', { sender: { kind: 'short-code', value: '72975' } })
  t.same(said(machine), [], 'never to a machine')
  scene.scripted.change({ freshness: 'stale' })
  t.same(said(await scene.texted()), [], 'while the PBX is away nobody knows who is there')
})

/** A second rule to the same group, for numbers that begin +1955. */
const ownRule = (scene: Awaited<ReturnType<typeof createScene>>, overrides: Partial<RoutingOverrides>) =>
  scene.store.saveRule({
    ...ruleDefaults,
    id: asRuleId('vip'),
    name: 'VIP',
    position: 0,
    enabled: true,
    dids: [{ kind: 'number', value: '+16313808000' }],
    senders: [{ kind: 'mask', of: 'number', digits: '+1955*******' }],
    channels: null,
    destination: queue,
    overrides: { ...noOverrides, ...overrides },
  })
let vips = 0
const vip = (): string => `+1955${String(1_000_000 + vips++)}`

t.test('what could not be released is released at the next word of the PBX', async (t) => {
  const scene = await createScene(t, {})
  const owed = await scene.texted()
  const { directory } = scene.scripted
  const group = directory.groups.get(key)
  if (group === undefined) throw new Error('no group')
  const without = { ...group, members: group.members.filter(({ extension }) => extension !== '101') }
  scene.scripted.change({ directory: { ...directory, groups: new Map([[key, without]]) } })

  let failures = 1
  const commitDesignation: typeof scene.store.commitDesignation = (...args) => {
    if (failures-- > 0) {
      // As it would look if the link went down meanwhile.
      scene.scripted.change({ freshness: 'stale' })
      return Promise.reject(new Error('SQLITE_BUSY'))
    }
    return scene.store.commitDesignation(...args)
  }
  const release = createReleaseMembers({ ...scene, store: { ...scene.store, commitDesignation } })
  release.trigger()
  await release.settled()
  t.equal(scene.designated(owed), '101')
  t.match(scene.complaints, [/could not be released/])
  scene.scripted.change({ freshness: 'live' })
  release.trigger()
  await release.settled()
  t.equal(scene.designated(owed), '102')
})

t.test('a member who is removed loses the unanswered ones at once', async (t) => {
  const scene = await createScene(t, {})
  const release = createReleaseMembers(scene)
  const owed = await scene.texted()
  t.equal(scene.designated(owed), '101')
  release.trigger()
  await release.settled()
  t.equal(scene.designated(owed), '101', 'nothing changed, nothing is done')
  const { directory } = scene.scripted
  const group = directory.groups.get(key)
  if (group === undefined) throw new Error('no group')
  const without = { ...group, members: group.members.filter(({ extension }) => extension !== '101') }
  scene.scripted.change({ directory: { ...directory, groups: new Map([[key, without]]) } })
  release.trigger()
  await release.settled()
  t.equal(scene.designated(owed), '102')
  scene.scripted.change({ directory: { ...directory, groups: new Map() } })
  release.trigger()
  await release.settled()
  t.equal(scene.designated(owed), '102', 'a group that vanished leaves everything as it is')
  t.match(scene.complaints, [/this group no more/], 'and is told of')
})

t.test('absence is remembered across a restart, and nobody is made absent by one', async (t) => {
  const scene = await createScene(t, {})
  const { store, time } = scene
  const watch = (graceMs = minute) => watchAbsences({ ...scene, graceMs, lookAfterMs: 1e6 })
  const stored = (): readonly Absence[] => store.loadAbsences().absences
  const first = watch()
  first.look()
  t.same(
    stored().filter(({ group }) => group === key),
    [],
  )
  scene.openPanels.delete('101')
  time.now += minute
  first.look()
  const since = time.now
  time.now += 8 * minute
  t.equal(first.since(key, asExtension('101')), since)
  t.equal(first.since(key, asExtension('102')), null)
  await first.close()

  // Nobody watched for an hour, in which everybody's panel was closed with Parley itself.
  time.now += 60 * minute
  scene.openPanels.clear()
  const second = watch()
  second.look()
  t.equal(second.since(key, asExtension('101')), null, 'in the first minute nobody counts as absent')
  time.now += minute
  t.equal(
    time.now - (second.since(key, asExtension('101')) ?? 0),
    9 * minute,
    'the hour is not held against her',
  )
  t.equal(time.now - (second.since(key, asExtension('102')) ?? 0), minute)
  scene.openPanels.add('101')
  second.look()
  t.equal(second.since(key, asExtension('101')), null)
  scene.scripted.change({ freshness: 'stale' })
  scene.openPanels.clear()
  second.look()
  t.equal(second.since(key, asExtension('101')), null, 'while the PBX is away nothing is judged')
  await second.close()
  t.notOk(stored().some(({ extension, group }) => extension === '101' && group === key))
})

t.test('parley replay', async (t) => {
  const scene = await createScene(t, {})
  const ids = [await scene.texted(), await scene.texted(), await scene.texted()]
  t.equal(new Set(ids).size, 3)
  const folder = join(scene.file, '..')
  const config = join(folder, 'parley.json')
  const settings = {
    pbx: {
      ami: { host: '127.0.0.1', port: 1, username: 'u', secret: 's' },
      ari: { url: 'http://127.0.0.1:1', username: 'u', password: 'p' },
      spoolFolder: folder,
      sipDomain: '127.0.0.1',
    },
    http: { port: 1 },
    dataFolder: folder,
  }
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 })
  const replay = () =>
    spawnSync(process.execPath, [join(moduleRoot, 'module/cli/parley.ts'), 'replay'], {
      env: { ...process.env, PARLEY_CONFIG: config },
      encoding: 'utf8',
    })
  const good = replay()
  t.match(good, {
    status: 0,
    stdout: /^3 decisions of policy \d+ decided again: 0 different\.\n$/,
    stderr: '',
  })
  const db = new Database(scene.file)
  db.prepare("UPDATE decisions SET winner = '199' WHERE pk = 1").run()
  db.prepare("UPDATE decisions SET input = json_set(input, '$.policy', 1), policy = 1 WHERE pk = 2").run()
  db.close()
  const bad = replay()
  t.equal(bad.status, 1)
  t.match(bad.stdout, /199 was designated, now it would be 101\n2 decisions .*: 1 different, 1 of another/)
})
