import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createConversationActions } from '../../module/app/conversations/act-on-conversation.ts'
import type { Store } from '../../module/app/ports/store.ts'
import { createDrainWaiting } from '../../module/app/routing/drain-waiting.ts'
import { createReceiveInbound } from '../../module/app/routing/receive-inbound.ts'
import { createReleaseMembers } from '../../module/app/routing/release-members.ts'
import { replayDatabase } from '../../module/cli/replay.ts'
import type { Directory, PbxSnapshot } from '../../module/domain/directory/directory.ts'
import { emptyDirectory } from '../../module/domain/directory/directory.ts'
import type { Group, Member } from '../../module/domain/directory/group.ts'
import { usualGroupSettings } from '../../module/domain/directory/group-settings.ts'
import { unknownPresence } from '../../module/domain/directory/presence.ts'
import {
  asExtension,
  asRuleId,
  type ConversationId,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { faultsOf } from './store-invariants.ts'
import {
  inbound,
  newId,
  number,
  otherQueue,
  queue,
  quickDisk,
  scratchFolder,
  secretKey,
} from './store-samples.ts'

const agents = ['101', '102', '103', '104'].map(asExtension)
const groups = [queue, otherQueue] as const
const customers = Array.from({ length: 12 }, (_, index) => number(`+1954278${8000 + index}`))
const cap = 3
const log = { debug() {}, info() {}, warn() {}, error: (facts: object) => faults.push(JSON.stringify(facts)) }
const faults: string[] = []

/** A small generator of its own, so that a failing run can be run again. */
function createChance(seed: number) {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return { next, below: (n: number) => Math.floor(next() * n) }
}

/** What the reference keeps of one conversation. */
interface Modelled {
  readonly id: ConversationId
  open: boolean
  designated: string | null
  held: boolean
  owes: boolean
  divertedTo: number | null
}

/** The world as the PBX and the panels have it: who is a member, and who can be had. */
function createWorld() {
  const members = groups.map(() => new Set<string>(agents))
  const reachable = new Set<string>(agents)
  const lunching = new Set<string>()
  let directory: Directory = emptyDirectory(queue.pbxId)
  const listeners = new Set<() => void>()

  const memberOf = (extension: string, position: number): Member => ({
    extension: asExtension(extension),
    position,
    membership: 'static',
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    lastCallAt: null,
    inCall: false,
  })
  function rebuild(): void {
    const all = groups.map((ref, index): [GroupRef, Group] => [
      ref,
      {
        ref,
        name: null,
        strategy: index === 0 ? 'rrmemory' : 'fewestcalls',
        foreign: [],
        members: agents.filter((extension) => members[index]?.has(extension)).map(memberOf),
      },
    ])
    directory = {
      ...emptyDirectory(queue.pbxId),
      extensions: new Map(
        agents.map((extension) => [extension, { extension, name: extension, devices: [] }]),
      ),
      groups: new Map(all.map(([ref, group]) => [groupKey(ref), group])),
      readAt: 1,
    }
  }
  rebuild()
  return {
    members,
    reachable,
    lunching,
    away: {
      of: (extension: string) =>
        lunching.has(extension)
          ? { since: 0, until: null, reason: null, by: { kind: 'pbx', name: 'Test' } as const }
          : null,
    },
    rebuild,
    pbx: {
      snapshot: (): PbxSnapshot => ({
        directory,
        freshness: 'live',
        presence: new Map(agents.map((extension) => [extension, unknownPresence(extension, 0)])),
      }),
      health: () => ({ ami: { kind: 'up', since: 0 }, ari: { kind: 'up', since: 0 } }) as const,
      onChanged(listener: () => void) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    panels: { isOpen: (extension: string) => reachable.has(extension), onChanged: () => () => {} },
  }
}

/** The application on a store, as the wiring puts it together. */
function createApp(
  store: Store,
  world: ReturnType<typeof createWorld>,
  now: () => number,
  random: () => number,
) {
  const deps = { store, pbx: world.pbx, panels: world.panels, away: world.away, clock: now, random }
  return {
    receive: createReceiveInbound(deps),
    actions: createConversationActions(deps),
    drain: createDrainWaiting({ ...deps, log }),
    release: createReleaseMembers({ ...deps, log }),
  }
}

const rules = groups.map((destination, index) => ({
  ...ruleDefaults,
  id: asRuleId(`rule-${index}`),
  name: `Rule ${index}`,
  position: index,
  enabled: true,
  channels: null,
  destination,
}))

const viewer = (extension: string, roles: readonly ('agent' | 'supervisor')[] = ['agent']) => ({
  sessionId: `s-${extension}`,
  extension: asExtension(extension),
  roles,
})

async function run(seed: number, steps: number, file: string) {
  const chance = createChance(seed)
  const world = createWorld()
  let at = 1_000_000
  let path = file
  let crashes = 0
  const open = () => openSqliteStore({ file: path, newId, secretKey, clock: () => at })
  let store = open()
  for (const [index, rule] of rules.entries())
    await store.saveRule({ ...rule, dids: [number(`+1631380800${index}`)] })
  for (const group of groups)
    await store.saveGroupSettings(group, { ...usualGroupSettings, sticky: { kind: 'keep' }, cap }, null)
  let app = createApp(store, world, () => at, chance.next)
  const model = new Map<string, Modelled>()
  const done = new Map<string, number>()
  const keyOf = (group: number, customer: number) => `${group}/${customer}`
  const available = (group: number, extension: string | null): boolean =>
    extension !== null && (world.members[group]?.has(extension) ?? false)
  const hasOpen = (group: number, extension: string): number =>
    [...model].filter(([key, one]) => key.startsWith(`${group}/`) && one.open && one.designated === extension)
      .length

  /** Whoever waits is designated as long as somebody under the cap can be had: what the store says must fit. */
  async function settle(thoroughly: boolean): Promise<void> {
    app.release.trigger()
    await app.release.settled()
    app.drain.trigger()
    await app.drain.settled()
    for (const [key, one] of model) {
      const group = Number(key.split('/')[0])
      const lost = one.designated !== null && !available(group, one.designated)
      const mayChange = one.open && (one.designated === null || (lost && one.owes))
      if (!mayChange && !thoroughly) continue
      const stored = store.conversation(one.id)
      if (stored === null) throw new Error(`${key} is gone`)
      if ((stored.status === 'open') !== one.open) throw new Error(`${key} is ${stored.status}`)
      if (!mayChange && stored.designated !== one.designated)
        throw new Error(`${key}: ${one.designated} became ${stored.designated}`)
      if (mayChange && stored.designated !== one.designated) one.held = false
      one.designated = stored.designated
      if (stored.waitingSince === null ? one.owes : !one.owes)
        throw new Error(`${key} ${one.owes ? 'waits, and the store says not' : 'does not wait'}`)
    }
    for (const [index] of groups.entries()) {
      const waits = [...model].some(
        ([key, one]) => key.startsWith(`${index}/`) && one.open && one.designated === null,
      )
      const free = agents.filter(
        (extension) =>
          available(index, extension) &&
          world.reachable.has(extension) &&
          !world.lunching.has(extension) &&
          hasOpen(index, extension) < cap,
      )
      if (waits && free.length > 0) throw new Error(`group ${index} waits though ${free.join()} could be had`)
    }
  }

  const some = <T>(items: readonly T[]): T | undefined => items[chance.below(items.length)]
  const refused = (code: string, result: { ok: boolean; failure?: { code: string } }) => {
    if (result.ok || result.failure?.code !== code)
      throw new Error(`expected ${code}, got ${JSON.stringify(result)}`)
  }
  const must = (result: { ok: boolean }) => {
    if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`)
  }

  const acts: Record<string, () => Promise<void>> = {
    async inbound() {
      const ruled = chance.below(groups.length)
      const customer = chance.below(customers.length)
      const sender = customers[customer]
      if (sender === undefined) return
      let group = ruled
      for (let one = model.get(keyOf(group, customer)); one?.divertedTo != null && !one.open; ) {
        group = one.divertedTo
        one = model.get(keyOf(group, customer))
      }
      const there = model.get(keyOf(group, customer))
      if (group !== ruled && there?.open !== true) group = ruled
      const receipt = await app.receive(
        inbound({ sender, did: number(`+1631380800${ruled}`), receivedAt: at }),
      )
      if (receipt.kind !== 'committed') throw new Error(receipt.kind)
      const known = model.get(keyOf(group, customer))
      if (known !== undefined && known.id !== receipt.conversationId)
        throw new Error('a message went to another conversation')
      const stored = store.conversation(receipt.conversationId)
      const one: Modelled = known ?? {
        id: receipt.conversationId,
        open: true,
        designated: null,
        held: false,
        owes: true,
        divertedTo: null,
      }
      const keeps = one.designated !== null && available(group, one.designated)
      if (keeps && stored?.designated !== one.designated) throw new Error('a message took it from its agent')
      if (!keeps) one.held = false
      one.designated = stored?.designated ?? null
      one.open = true
      one.owes = true
      one.divertedTo = null
      model.set(keyOf(group, customer), one)
    },
    async transfer() {
      const picked = some([...model].filter(([, one]) => one.open && one.designated !== null))
      const to = some(agents)
      if (picked === undefined || to === undefined) return
      const [key, one] = picked
      const group = Number(key.split('/')[0])
      const by = one.designated ?? ''
      if (!available(group, by)) return
      const stranger = agents.find((extension) => extension !== by && available(group, extension))
      if (stranger !== undefined)
        refused('not-designated', await app.actions.transfer(viewer(stranger), one.id, to, null, null))
      const result = await app.actions.transfer(viewer(by), one.id, to, null, 'over to you')
      if (!available(group, to)) return refused('not-a-member', result)
      must(result)
      one.designated = to
      one.held = true
    },
    async transferToGroup() {
      const picked = some([...model].filter(([, one]) => one.open && one.designated !== null))
      if (picked === undefined) return
      const [key, one] = picked
      const [group = 0, customer = 0] = key.split('/').map(Number)
      const by = one.designated ?? ''
      if (!available(group, by)) return
      const other = 1 - group
      const toGroup = groups[other]
      if (toGroup === undefined) return
      const result = await app.actions.transferToGroup(viewer(by), one.id, toGroup, null, null, null)
      if (!result.ok) throw new Error(JSON.stringify(result))
      const there = model.get(keyOf(other, customer))
      if (there !== undefined && there.id !== result.value.conversationId)
        throw new Error('two of one customer')
      const keeps = there?.open === true && there.designated !== null && available(other, there.designated)
      const stored = store.conversation(result.value.conversationId)
      if (keeps && stored?.designated !== there.designated)
        throw new Error('a transfer took it from its agent')
      model.set(keyOf(other, customer), {
        id: result.value.conversationId,
        open: true,
        designated: stored?.designated ?? null,
        held: keeps && (there?.held ?? false),
        owes: one.owes || (there?.owes ?? false),
        divertedTo: null,
      })
      one.open = false
      one.owes = false
      one.divertedTo = other
    },
    async take() {
      const picked = some([...model].filter(([, one]) => one.open))
      if (picked === undefined) return
      const [key, one] = picked
      const by = some(agents.filter((extension) => available(Number(key.split('/')[0]), extension)))
      if (by === undefined) return
      const stranger = agents.find((extension) => !available(Number(key.split('/')[0]), extension))
      if (stranger !== undefined && one.designated === null) {
        const looksAfter = { ...viewer(stranger, ['supervisor']), groups: ['queue/8000', 'queue/8001'] }
        refused('not-a-member', await app.actions.take(looksAfter, one.id, null))
      }
      const result = await app.actions.take(viewer(by), one.id, null)
      if (one.designated !== null && one.designated !== by) return refused('already-designated', result)
      must(result)
      one.held = one.held || one.designated === null
      one.designated = by
    },
    async reassign() {
      const picked = some([...model].filter(([, one]) => one.open))
      if (picked === undefined) return
      const [key, one] = picked
      const group = Number(key.split('/')[0])
      const by = some(agents.filter((extension) => available(group, extension)))
      const to = some(agents)
      if (by === undefined || to === undefined) return
      refused('not-a-supervisor', await app.actions.reassign(viewer(by), one.id, to, null, null))
      const stale = await app.actions.reassign(viewer(by, ['supervisor']), one.id, to, 1_000_000, null)
      refused('stale-version', stale)
      const result = await app.actions.reassign(viewer(by, ['supervisor']), one.id, to, null, null)
      if (!available(group, to)) return refused('not-a-member', result)
      must(result)
      one.designated = to
      one.held = true
    },
    async reply() {
      const picked = some([...model].filter(([, one]) => one.open))
      if (picked === undefined) return
      const [key, one] = picked
      const by = some(agents.filter((extension) => available(Number(key.split('/')[0]), extension)))
      if (by === undefined) return
      must(await app.actions.reply(viewer(by), one.id, 'Hello', `key-${seed}-${at}`))
      one.designated ??= by
      one.owes = false
    },
    async close() {
      const picked = some([...model].filter(([, one]) => one.open))
      if (picked === undefined) return
      const [key, one] = picked
      const [group = 0, customer = 0] = key.split('/').map(Number)
      const by = some(agents.filter((extension) => available(group, extension)))
      if (by === undefined) return
      const result = await app.actions.setStatus(viewer(by), one.id, 'closed')
      if (one.designated !== null && one.designated !== by) return refused('not-designated', result)
      must(result)
      one.open = false
      one.owes = false
      for (const [other, from] of model)
        if (from.divertedTo === group && other.endsWith(`/${customer}`)) from.divertedTo = null
    },
    async presence() {
      const extension = some(agents)
      if (extension === undefined) return
      if (!world.reachable.delete(extension)) world.reachable.add(extension)
    },
    async status() {
      const extension = some(agents)
      if (extension === undefined) return
      if (!world.lunching.delete(extension)) world.lunching.add(extension)
    },
    async membership() {
      const extension = some(agents)
      const members = some(world.members)
      if (extension === undefined || members === undefined) return
      if (!members.delete(extension)) members.add(extension)
      world.rebuild()
    },
    async restart() {
      await store.close()
      store = open()
      await store.settleInterrupted(at)
      app = createApp(store, world, () => at, chance.next)
    },
    /** Goes on from what a kill would have left: the file and its log as they are, never closed. */
    async crash() {
      const from = path
      path = `${file}.${++crashes}`
      for (const part of ['', '-wal']) copyFileSync(`${from}${part}`, `${path}${part}`)
      const dead = store
      store = open()
      await dead.close()
      await store.settleInterrupted(at)
      app = createApp(store, world, () => at, chance.next)
    },
  }
  const often = ['inbound', 'inbound', 'inbound', 'inbound', 'reply', 'reply', 'close', 'transfer', 'take']
  const seldom = [
    'transferToGroup',
    'reassign',
    'presence',
    'presence',
    'membership',
    'status',
    'close',
    'close',
  ]

  for (let step = 0; step < steps; step++) {
    at += 1 + chance.below(5000)
    const name =
      chance.below(150) === 0
        ? (some(['restart', 'crash']) ?? 'crash')
        : (some([...often, ...seldom]) ?? 'inbound')
    try {
      await acts[name]?.()
      await settle(step % 10 === 9)
    } catch (error) {
      throw new Error(
        `seed ${seed}, step ${step}, ${name}: ${error instanceof Error ? error.message : error}`,
      )
    }
    done.set(name, (done.get(name) ?? 0) + 1)
  }
  await store.close()
  return { done, path }
}

t.test('ten thousand random steps against a simple model', { timeout: 110_000 }, async (t) => {
  const folder = scratchFolder(t, quickDisk())
  const done = new Map<string, number>()
  for (const seed of [1, 2, 3, 4]) {
    const file = join(folder, `${seed}.db`)
    const ran = await run(seed, 2_500, file)
    for (const [name, count] of ran.done) done.set(name, (done.get(name) ?? 0) + count)
    t.same(faultsOf(ran.path), [], `the database of seed ${seed} is sound`)
    t.same(replayDatabase(ran.path).different, [], 'and every decision replays')
  }
  t.same(faults, [], 'nothing was logged as an error')
  const total = [...done.values()].reduce((sum, count) => sum + count, 0)
  t.ok(total >= 10_000, `${total} steps: ${[...done].map(([name, count]) => `${name} ${count}`).join(', ')}`)
  for (const name of ['transferToGroup', 'restart', 'crash', 'membership', 'status'])
    t.ok((done.get(name) ?? 0) > 10, name)
})

t.test('many at once', async (t) => {
  const world = createWorld()
  const store = openSqliteStore({ file: join(scratchFolder(t), 'race.db'), newId, secretKey, clock: () => 1 })
  t.teardown(() => store.close())
  for (const [index, rule] of rules.entries())
    await store.saveRule({ ...rule, dids: [number(`+1631380800${index}`)] })
  const app = createApp(
    store,
    world,
    () => 1,
    () => 0,
  )

  const receipts = await Promise.all(Array.from({ length: 100 }, () => app.receive(inbound())))
  const ids = new Set(
    receipts.map((receipt) => (receipt.kind === 'committed' ? receipt.conversationId : null)),
  )
  const [id] = ids
  t.equal(ids.size, 1, 'a hundred first messages of one sender make one conversation')
  if (id == null) throw new Error('nothing was committed')
  t.equal(store.messages(id, null, 200).items.length, 100)
  t.equal(store.decisions(id, 200).length, 1, 'and one designation')

  const before = store.conversation(id)
  const by = before?.designated ?? ''
  const others = agents.filter((extension) => extension !== by)
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      app.actions.transfer(viewer(by), id, others[index % others.length] ?? '', before?.version ?? 0, null),
    ),
  )
  t.equal(results.filter(({ ok }) => ok).length, 1, 'fifty racing transfers have one winner')
  for (const result of results) {
    if (result.ok) continue
    t.match(
      result.failure,
      { code: 'stale-version', changed: { by, at: 1 } },
      'and the others are told who was',
    )
  }
  const decisions = store.decisions(id, 200)
  t.equal(decisions.length, 2)
  t.equal(decisions[0]?.previous, decisions[1]?.winner?.extension, 'in one line')

  const racing = [
    app.actions.transferToGroup(
      viewer(decisions[0]?.winner?.extension ?? ''),
      id,
      otherQueue,
      null,
      null,
      null,
    ),
    ...Array.from({ length: 20 }, () => app.receive(inbound())),
  ] as const
  await Promise.all(racing)
  const there = store.continuedBy(id)
  t.equal(there.length, 1)
  const messages = there.flatMap((later) => store.messages(later.id, null, 200).items)
  t.equal(
    store.messages(id, null, 200).items.length + messages.length,
    120,
    'messages that race a transfer to another group are on one side of it',
  )
})
