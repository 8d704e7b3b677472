import fc from 'fast-check'
import t from 'tap'
import type { Carrier } from '../../module/app/ports/carriers.ts'
import type { MessageId } from '../../module/domain/ids.ts'
import type { DeliveryState, SendOutcome } from '../../module/domain/message/delivery.ts'
import { faultsOf } from '../store/store-invariants.ts'
import { circuitStates } from './circuit-states.ts'
import { fakeCarrier, never, outboxScene, takes } from './outbox-scene.ts'

t.test('a carrier that hangs holds up no other, nor the phones', async (t) => {
  const hanging = fakeCarrier('hanging', never)
  const quick = fakeCarrier('quick', takes)
  const scene = outboxScene(t, [hanging, quick], { sendDeadlineMs: 400 })
  const stuck: MessageId[] = []
  for (let n = 0; n < 40; n++) stuck.push(await scene.write(await scene.conversation('hanging'), 'to nobody'))
  const sent: MessageId[] = []
  for (let n = 0; n < 40; n++) sent.push(await scene.write(await scene.conversation('quick'), 'at once'))
  scene.start()
  await scene.until(() => sent.every((id) => scene.state(id) === 'accepted'), 'the quick ones left')
  t.equal(hanging.sent.length, 16, 'one that hangs holds its own places only')
  t.same(
    stuck.map((id) => scene.state(id)).filter((state) => state !== 'sending' && state !== 'queued'),
    [],
    'the rest waits, queued',
  )
  await scene.until(() => scene.health().of(hanging.id).state === 'down', 'it is seen to be down')
  t.equal(hanging.sent.length <= 16 + 2, true, 'and no more are spent on it')
  await scene.stop()
  t.same(faultsOf(scene.file), [])
})

t.test('a carrier’s pace is kept, and its messages wait queued', async (t) => {
  const slow = fakeCarrier('slow', takes, { limits: { perSecond: 5 } })
  const scene = outboxScene(t, [slow])
  const ids: MessageId[] = []
  for (let n = 0; n < 8; n++) ids.push(await scene.write(await scene.conversation('slow'), `${n}`))
  scene.start()
  const startedAt = performance.now()
  await scene.until(() => slow.sent.length === 5, 'a second’s worth left')
  t.same(
    ids.slice(5).map((id) => scene.state(id)),
    ['queued', 'queued', 'queued'],
  )
  await scene.until(() => slow.sent.length === 8, 'all left')
  t.ok(performance.now() - startedAt >= 550, 'three more at five a second')
})

t.test('two messages to one customer keep the distance that the carrier asks for', async (t) => {
  const paced = fakeCarrier('paced', takes, { limits: { perPairMs: 300 } })
  const scene = outboxScene(t, [paced])
  const one = await scene.conversation('paced')
  const other = await scene.conversation('paced')
  await scene.write(one, 'first')
  const second = await scene.write(one, 'second')
  await scene.write(other, 'another customer')
  const startedAt = performance.now()
  scene.start()
  await scene.until(() => paced.sent.length === 2, 'the first to each left')
  t.equal(scene.state(second), 'queued')
  await scene.until(() => paced.sent.length === 3, 'the second left')
  t.ok(performance.now() - startedAt >= 290)
  t.same(
    paced.sent.map(({ content }) => content.text),
    ['first', 'another customer', 'second'],
  )
})

t.test('a carrier that asks for patience gets it, for its messages alone', async (t) => {
  let asked = 0
  const throttled = fakeCarrier('throttled', async (message) =>
    asked++ === 0
      ? { kind: 'not-processed', reason: '429', retryAfterMs: 400, holds: 'carrier' }
      : takes(message),
  )
  const free = fakeCarrier('free', takes)
  const scene = outboxScene(t, [throttled, free])
  const first = await scene.write(await scene.conversation('throttled'), 'a')
  scene.start()
  await scene.until(() => scene.state(first) === 'queued' && asked === 1, 'it was put back')
  const second = await scene.write(await scene.conversation('throttled'), 'b')
  const third = await scene.write(await scene.conversation('free'), 'c')
  await scene.until(() => scene.state(third) === 'accepted', 'the free one left')
  t.equal(scene.state(second), 'queued')
  t.equal(asked, 1)
  await scene.until(() => [first, second].every((id) => scene.state(id) === 'accepted'), 'both left later')
  t.equal(scene.health().of(throttled.id).state, 'ok', 'that is no outage')
})

t.test('a dead carrier', async (t) => {
  let dead = true
  let probes = 0
  const carrier = fakeCarrier(
    'dead',
    async (message) =>
      dead ? { kind: 'not-processed', reason: 'ECONNREFUSED', retryAfterMs: null } : takes(message),
    {
      probe: {
        async check() {
          probes += 1
          return dead ? { kind: 'unreachable', reason: 'ECONNREFUSED' } : { kind: 'valid', expiresAt: null }
        },
      },
    },
  )
  const scene = outboxScene(t, [carrier], { healthTimes: { probeEveryMs: 60_000, probeAgainMs: 60_000 } })
  const told: string[] = []
  const ids: MessageId[] = []
  for (let n = 0; n < 10; n++) ids.push(await scene.write(await scene.conversation('dead'), `${n}`))
  scene.start()
  scene.health().onChanged((_id, { state }) => told.push(state))
  await scene.until(() => scene.health().of(carrier.id).state === 'down', 'it is red')
  await scene.until(() => ids.every((id) => scene.state(id) === 'queued'), 'its messages wait')
  const tries = carrier.sent.length
  scene.ahead(6000)
  await scene.until(() => probes >= 2, 'it was asked before a message was risked')
  t.equal(carrier.sent.length, tries, 'none was')
  dead = false
  scene.ahead(15_000)
  await scene.until(() => ids.every((id) => scene.state(id) === 'accepted'), 'they leave when it is back')
  t.match(scene.health().of(carrier.id), { state: 'warn', sentence: /of the last \d+ sends failed/ })
  const alerts = scene.log.lines.filter(({ level }) => level === 'error')
  t.match(alerts, [{ facts: { code: 'carrier-down' }, sentence: /ECONNREFUSED/ }])
  t.equal(alerts.length, 1, 'one alert for one outage')
  t.ok(told.includes('down') && told.at(-1) === 'warn', 'listeners heard')
})

t.test('a message unsent for an hour fails, though its carrier never came back', async (t) => {
  const out = fakeCarrier('out', async () => ({ kind: 'not-processed', reason: 'down', retryAfterMs: null }))
  const scene = outboxScene(t, [out])
  const id = await scene.write(await scene.conversation('out'), 'late')
  scene.start()
  await scene.until(() => out.sent.length > 0, 'it was tried')
  scene.ahead(3_600_001)
  await scene.until(() => scene.state(id) === 'failed', 'it failed')
  t.match(scene.store().message(id)?.failure, { code: 'expired', sentence: /Send it again/ })
})

t.test('what became of a lost send is asked', async (t) => {
  const lost: Carrier['send'] = async () => ({ kind: 'unknown', reason: 'no answer' })

  await t.test('and found', async (t) => {
    let asked = 0
    const carrier = fakeCarrier('asked', lost, {
      inquiry: {
        async ask({ messageId }) {
          asked += 1
          const report = { carrierMessageId: 'sm-1', messageId, state: 'delivered', failure: null } as const
          return asked === 1 ? { kind: 'no-answer', reason: 'busy' } : { kind: 'found', report }
        },
      },
    })
    const scene = outboxScene(t, [carrier])
    const id = await scene.write(await scene.conversation('asked'), 'lost')
    scene.start()
    await scene.until(() => scene.state(id) === 'unknown', 'nobody knows')
    t.equal(asked, 0, 'not at once')
    scene.ahead(5000)
    await scene.until(() => asked === 1, 'it was asked')
    await scene.killAndRestart()
    scene.ahead(25_000)
    await scene.until(() => scene.state(id) === 'delivered', 'the second answer settles it, after a restart')
    t.equal(carrier.sent.length, 1)
  })

  await t.test('and never taken, which is believed only after a while', async (t) => {
    let asked = 0
    const carrier = fakeCarrier('asked', lost, {
      inquiry: {
        async ask() {
          asked += 1
          return { kind: 'never-taken' }
        },
      },
    })
    const scene = outboxScene(t, [carrier])
    const id = await scene.write(await scene.conversation('asked'), 'lost')
    scene.start()
    await scene.until(() => scene.state(id) === 'unknown', 'nobody knows')
    scene.ahead(5000)
    await scene.until(() => asked === 1, 'it was asked')
    scene.ahead(25_000)
    await scene.until(() => asked === 2, 'and again')
    t.equal(scene.state(id), 'unknown')
    scene.ahead(90_000)
    await scene.until(() => scene.state(id) === 'failed', 'then it is believed')
    t.match(scene.store().message(id)?.failure, {
      code: 'never-taken',
      sentence: 'The carrier never got it. Send it again.',
    })
    t.equal(carrier.sent.length, 1, 'and repeated by nobody')
    await scene
      .store()
      .commitReport(
        carrier.id,
        { carrierMessageId: 'sm-late', messageId: id, state: 'delivered', failure: null },
        scene.clock(),
      )
    t.equal(scene.state(id), 'delivered', 'a report knows better')
  })

  await t.test('after a kill in the midst of it, too', async (t) => {
    let asked = 0
    const carrier = fakeCarrier('asked', never, {
      inquiry: {
        async ask({ messageId }) {
          asked += 1
          return {
            kind: 'found',
            report: { carrierMessageId: 'sm-1', messageId, state: 'sent', failure: null },
          }
        },
      },
    })
    const scene = outboxScene(t, [carrier], { sendDeadlineMs: 200 })
    const id = await scene.write(await scene.conversation('asked'), 'lost')
    scene.start()
    await scene.until(() => scene.state(id) === 'sending', 'it is being sent')
    await scene.killAndRestart()
    t.equal(scene.state(id), 'unknown')
    scene.ahead(5000)
    await scene.until(() => scene.state(id) === 'sent', 'the carrier had it')
    t.equal(asked, 1)
  })
})

t.test('what became of a send is stored as soon as the disk lets it', async (t) => {
  const carrier = fakeCarrier('full', takes)
  const scene = outboxScene(t, [carrier])
  const conversation = await scene.conversation('full')
  const store = scene.store()
  const settle = store.settleOutbox
  let refused = 0
  Object.assign(store, {
    settleOutbox: (...request: Parameters<typeof settle>) =>
      ++refused > 3 ? settle(...request) : Promise.reject(new Error('the disk is full')),
  })
  const [first, second] = [await scene.write(conversation, 'a'), await scene.write(conversation, 'b')]
  scene.start()
  await scene.until(() => scene.state(second) === 'accepted', 'both are sent')
  t.same([scene.state(first), carrier.sent.length], ['accepted', 2], 'each once, in their order')
})

/** What a carrier may do to one message, however it comes out. */
const faults = [
  'takes',
  'takes-twice',
  'refuses',
  'busy',
  'busy-for',
  'storm',
  'lost-taken',
  'lost',
  'late',
  'throws',
] as const
type Fault = (typeof faults)[number]

const rank: Record<DeliveryState, number> = {
  queued: 0,
  sending: 0,
  unknown: 1,
  accepted: 2,
  sent: 3,
  delivered: 4,
  read: 5,
  failed: 6,
}

t.test('whatever a carrier does: never two sends, nothing lost, states only forward', async (t) => {
  const plan = fc.array(fc.array(fc.constantFrom(...faults), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
  })
  let runs = 0
  await fc.assert(
    fc.asyncProperty(plan, fc.boolean(), fc.nat({ max: 20 }), async (plans, restarts, afterMs) => {
      runs += 1
      const undone: (() => unknown)[] = []
      const stopping = { teardown: (done: () => unknown) => undone.unshift(done) }
      /** How often the other side really has it. */
      const arrived = new Map<string, number>()
      const tries = new Map<string, number>()
      const carrier = fakeCarrier('faulty', async (message): Promise<SendOutcome> => {
        const nth = (tries.get(message.messageId) ?? 0) + 1
        tries.set(message.messageId, nth)
        const steps = plans[Number(message.content.text)] ?? []
        const fault: Fault = steps[nth - 1] ?? 'takes'
        const arrive = () => arrived.set(message.messageId, (arrived.get(message.messageId) ?? 0) + 1)
        const carrierMessageId = `sm-${message.messageId}`
        const report = (state: 'sent' | 'delivered') =>
          scene.store().commitReport(carrier.id, { carrierMessageId, state, failure: null }, scene.clock())
        switch (fault) {
          case 'takes':
            arrive()
            return { kind: 'taken', carrierMessageId, state: 'accepted' }
          case 'takes-twice':
            arrive()
            // Reports early, out of order and twice.
            await report('delivered')
            await report('sent')
            await report('sent')
            return { kind: 'taken', carrierMessageId, state: 'accepted' }
          case 'refuses':
            return {
              kind: 'refused',
              failure: { code: 'content-refused', carrierCode: '1', sentence: 'No.' },
            }
          case 'busy':
            return { kind: 'not-processed', reason: '429', retryAfterMs: null }
          case 'busy-for':
            return { kind: 'not-processed', reason: '429', retryAfterMs: 5, holds: 'carrier' }
          case 'storm':
            return { kind: 'unknown', reason: 'HTTP 503' }
          case 'lost-taken':
            arrive()
            return { kind: 'unknown', reason: 'reset' }
          case 'lost':
            return { kind: 'unknown', reason: 'reset' }
          case 'late':
            arrive()
            await new Promise((resolve) => setTimeout(resolve, 60))
            return { kind: 'taken', carrierMessageId, state: 'sent' }
          case 'throws':
            arrive()
            throw new Error('the adapter is broken')
          default:
            return fault satisfies never
        }
      })
      // The breaker has its own tests; here it would only make every run as long as its pauses.
      const scene = outboxScene(stopping, [carrier], { sendDeadlineMs: 30, withHealth: false })
      try {
        const seen = new Map<MessageId, DeliveryState[]>()
        const listen = () =>
          scene.store().onCommitted((events) => {
            for (const { event } of events)
              if (event.kind === 'message-state-changed')
                seen.set(event.messageId, [...(seen.get(event.messageId) ?? []), event.state])
          })
        listen()
        const conversations = [await scene.conversation('faulty'), await scene.conversation('faulty')]
        const ids: MessageId[] = []
        for (const n of plans.keys()) {
          const conversation = conversations[n % 2]
          if (conversation !== undefined) ids.push(await scene.write(conversation, `${n}`))
        }
        scene.start()
        if (restarts) {
          await new Promise((resolve) => setTimeout(resolve, afterMs))
          await scene.killAndRestart()
          listen()
        }
        const open: DeliveryState[] = ['queued', 'sending']
        await scene.until(
          () => ids.every((id) => !open.includes(scene.state(id) ?? 'queued')),
          'each has an end',
        )
        // Late answers settle what was unknown.
        const lateOnes = ids.filter((id) => arrived.has(id) && scene.state(id) === 'unknown')
        if (lateOnes.length > 0) await new Promise((resolve) => setTimeout(resolve, 70))
        for (const [index, id] of ids.entries()) {
          const state = scene.state(id) ?? 'queued'
          const there = arrived.get(id) ?? 0
          if (there > 1) throw new Error(`message ${index} was sent ${there} times`)
          if (there === 1 && state === 'failed')
            throw new Error(`message ${index} arrived and is called failed`)
          if (there === 0 && rank[state] > rank.unknown && state !== 'failed')
            throw new Error(`message ${index} never left and is called ${state}`)
          const ranks = (seen.get(id) ?? []).map((each) => rank[each])
          if (ranks.some((each, at) => at > 0 && each < (ranks[at - 1] ?? 0)))
            throw new Error(`message ${index} went back: ${(seen.get(id) ?? []).join(' ')}`)
        }
        // Per conversation they leave in the order in which they were written.
        for (const half of [0, 1]) {
          const order = carrier.sent.map(({ content }) => Number(content.text)).filter((n) => n % 2 === half)
          if (order.some((n, at) => at > 0 && n < (order[at - 1] ?? 0)))
            throw new Error(`out of order: ${order}`)
        }
        await scene.stop()
        const unsound = faultsOf(scene.file)
        if (unsound.length > 0) throw new Error(unsound.join('\n'))
      } finally {
        for (const undo of undone) await undo()
      }
    }),
    { numRuns: 40 },
  )
  t.ok(runs >= 40)
})

circuitStates(t)
