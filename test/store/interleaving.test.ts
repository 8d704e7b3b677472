import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Store } from '../../module/app/ports/store.ts'
import type { OutboxItem, OutboxResult } from '../../module/app/ports/store-requests.ts'
import { designate } from '../../module/domain/designation/designation.ts'
import type { CommittedEvent } from '../../module/domain/events.ts'
import { succeed } from '../../module/domain/failures.ts'
import { type ConversationId, groupKey } from '../../module/domain/ids.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { about, agent, all, reply, some, taken } from './store-contract.ts'
import { faultsOf } from './store-invariants.ts'
import {
  ann,
  byHand,
  byQueue,
  clock,
  inbound,
  newId,
  nobody,
  number,
  otherQueue,
  queue,
  routed,
  scratchFolder,
  secretKey,
  staff,
  startAt,
  twilio,
} from './store-samples.ts'

/** A handful of ids, customers and keys, so that everything meets everything. */
const small = fc.nat({ max: 5 })
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('inbound' as const),
      id: fc.nat({ max: 25 }),
      who: small,
      how: small,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reply' as const), which: small, key: small, text: small }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('designate' as const), which: small, to: small, version: small }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('status' as const), which: small, open: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), limit: small }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), how: small, id: small }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('report' as const), id: small, how: small }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What the steps share: the store, and what they learnt so far. */
interface Scene {
  store: Store
  readonly conversations: ConversationId[]
  readonly claimed: OutboxItem[]
  readonly heard: CommittedEvent[]
}

const failure = { code: 'carrier-error', carrierCode: null, sentence: 'No.' } as const
const ways: readonly OutboxResult[] = [
  { kind: 'done', outcome: { kind: 'refused', failure } },
  { kind: 'done', outcome: { kind: 'unknown', reason: 'timeout' } },
  { kind: 'retry', notBefore: startAt, reason: '429' },
]
const deciders = [byQueue, byQueue, nobody, broken] as const
const reported = ['sent', 'delivered', 'read', 'failed'] as const

function broken(): never {
  throw new Error('this decider is broken')
}

async function perform(scene: Scene, now: Step): Promise<void> {
  const { store, conversations, claimed } = scene
  const which = 'which' in now ? conversations[now.which % Math.max(1, conversations.length)] : undefined
  switch (now.do) {
    case 'inbound': {
      const message = inbound({
        carrierMessageId: `in-${now.id}`,
        sender: number(`+1555000000${now.who % 3}`),
      })
      const request = routed(message, store, now.id % 2 === 0 ? queue : otherQueue)
      const decide = deciders[now.how % deciders.length] ?? nobody
      const committing = store.commitInbound(now.how === 5 ? { ...request, route: null } : request, decide)
      const receipt = await (decide === broken ? committing.catch(() => null) : committing)
      if (receipt?.kind === 'committed') conversations.push(receipt.conversationId)
      return
    }
    case 'reply':
      if (which === undefined) return
      return void (await reply(store, which, {
        key: `key-${now.key}`,
        text: `text ${now.text % 2}`,
        takes: now.key === 0,
      }))
    case 'designate': {
      if (which === undefined) return
      const to = staff[now.to] ?? null
      const version = now.version === 5 ? null : now.version
      return void (await store.commitDesignation(about(which, version), () =>
        succeed(byHand('reassign', ann, to)),
      ))
    }
    case 'status':
      if (which === undefined) return
      return void (await store.commitStatus({ ...about(which), actor: agent(ann) }, () =>
        succeed(now.open ? 'open' : 'closed'),
      ))
    case 'claim':
      return void claimed.push(...(await store.claimOutbox(startAt, now.limit)))
    case 'settle': {
      const item = claimed.shift()
      if (item === undefined) return
      return store.settleOutbox(item.id, ways[now.how] ?? taken(`out-${now.id}`), startAt)
    }
    case 'report': {
      const state = reported[now.how % reported.length] ?? 'sent'
      const report = {
        carrierMessageId: `out-${now.id}`,
        state,
        failure: state === 'failed' ? failure : null,
      }
      return void (await store.commitReport(twilio, report, startAt))
    }
    default:
      return now satisfies never
  }
}

t.test('whatever verbs run at once, in whatever order, the database stays sound', async (t) => {
  const folder = scratchFolder(t)
  let runs = 0
  const waves = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(waves, fc.nat({ max: 9 }), async (waves, restartAt) => {
      const file = join(folder, `${runs++}.db`)
      const open = (): Store => openSqliteStore({ file, newId, secretKey, clock })
      const scene: Scene = { store: open(), conversations: [], claimed: [], heard: [] }
      const listen = () => scene.store.onCommitted((events) => scene.heard.push(...events))
      listen()
      for (const [index, wave] of waves.entries()) {
        await Promise.all(wave.map((step) => perform(scene, step)))
        if (index !== restartAt) continue
        await scene.store.close()
        scene.store = open()
        listen()
        await scene.store.settleInterrupted(startAt)
        scene.claimed.length = 0
      }
      check(scene)
      await scene.store.close()
      const faults = faultsOf(file)
      if (faults.length > 0) throw new Error(faults.join('\n'))
    }),
    { numRuns: 60 },
  )
  t.equal(runs >= 60, true)
})

function check({ store, heard }: Scene): void {
  const groups = [groupKey(queue), groupKey(otherQueue)]
  const stored = store.eventsAfter(0, groups, 100_000)
  if (JSON.stringify(stored) !== JSON.stringify(heard))
    throw new Error('listeners heard something else than is stored')
  const seqs = heard.map(({ seq }) => seq)
  if (seqs.some((seq, index) => index > 0 && seq <= some(seqs[index - 1])))
    throw new Error('events out of order')
  for (const { id, group, customer, designated } of store.conversations({ ...all(), limit: 1000 }).items) {
    const twins = store
      .conversations({ ...all(), groups: [groupKey(group)], limit: 1000 })
      .items.filter((other) => other.customer.address.value === customer.address.value)
    if (twins.length !== 1) throw new Error('two conversations of one customer in one group')
    const decisions = store.decisions(id, 1000)
    if ((decisions[0]?.winner?.extension ?? null) !== designated)
      throw new Error('designated without a decision')
    for (const { input, winner } of decisions) {
      if (input !== null && designate(input).winner !== winner?.extension)
        throw new Error('a replay gives another winner')
    }
  }
}
