import fc from 'fast-check'
import t from 'tap'
import { createReceiveInbound } from '../../module/app/routing/receive-inbound.ts'
import { startReleaseHeld } from '../../module/app/routing/release-held.ts'
import { createSimulateRouting } from '../../module/app/routing/simulate-routing.ts'
import type { CallState, Dnd, Registration } from '../../module/domain/directory/presence.ts'
import { succeed } from '../../module/domain/failures.ts'
import { asExtension, asRuleId, groupKey } from '../../module/domain/ids.ts'
import type { Address } from '../../module/domain/message/address.ts'
import type { Channel } from '../../module/domain/message/message.ts'
import type { RuleHours } from '../../module/domain/rules/rule-hours.ts'
import { type RuleDraft, ruleDefaults } from '../../module/domain/rules/rules.ts'
import type { ScheduleKey } from '../../module/domain/rules/schedule.ts'
import { keptLog } from '../carriers/kept-log.ts'
import { createSampleSidecar, inbound, queue, ringGroup } from '../http/sample-sidecar.ts'
import { waitingIn } from '../store/store-samples.ts'

const number = (value: string): Address => ({ kind: 'number', value })
const dids = [number('+16313808000'), number('+16313808050'), { kind: 'short-code', value: '70007' }] as const
/** Some write again and again, most only once. */
const anySender = fc.oneof(
  fc.constantFrom<Address>(number('+19542788086'), { kind: 'name', value: 'ACME' }),
  fc.integer({ min: 1000, max: 9999 }).map((line) => number(`+1954555${line}`)),
)
const office: ScheduleKey = 'time-condition/1'
const followed: RuleHours = { kind: 'pbx', schedule: office }

const anyTerms = fc.record({
  enabled: fc.constantFrom(true, true, true, false),
  dids: fc.subarray(
    [...dids, { kind: 'range', of: 'number', from: '+16313808000', to: '+16313808099' } as const],
    {
      minLength: 1,
    },
  ),
  channels: fc.constantFrom<readonly Channel[] | null>(null, ['sms'], ['whatsapp', 'sip']),
  senders: fc.constantFrom<RuleDraft['senders']>(
    null,
    [number('+19542788086')],
    [{ kind: 'mask', of: 'number', digits: '+1954*******' }],
  ),
  hours: fc.constantFrom<RuleHours>({ kind: 'always' }, followed, followed),
  destination: fc.constantFrom(queue, ringGroup),
  outside: fc.constantFrom<RuleDraft['outside']>(
    { kind: 'next-rule' },
    { kind: 'hold', autoReply: null },
    { kind: 'group', group: ringGroup },
  ),
})
const anyPresence = fc.record({
  registration: fc.constantFrom<Registration>('registered', 'unregistered', 'unknown'),
  call: fc.constantFrom<CallState>('idle', 'on-call'),
  dnd: fc.constantFrom<Dnd>('on', 'off'),
})
const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      did: fc.constantFrom(...dids),
      sender: anySender,
      channel: fc.constantFrom<Channel>('sms', 'whatsapp', 'sip'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rule' as const),
      id: fc.constantFrom('r1', 'r2', 'r3'),
      terms: anyTerms,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('presence' as const),
      extension: fc.constantFrom('101', '102', '103'),
      presence: anyPresence,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('schedule' as const),
      open: fc.constantFrom(false, false, true),
    }),
  },
)

t.test('what the simulator says is what then happens, whatever came before', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { store, scripted, routing } = sidecar
  // One moment for all, so that nothing differs but by what is asked.
  const now = Date.now()
  const still = { ...routing, clock: () => now }
  const simulate = createSimulateRouting(still)
  const receive = createReceiveInbound(still)
  const seen = { unrouted: 0, held: 0, kept: 0, designated: 0, waiting: 0 }

  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 25 }), async (steps) => {
      for (const step of steps) {
        if (step.kind === 'rule') {
          const { id, terms } = step
          await store.saveRule({
            ...ruleDefaults,
            ...terms,
            id: asRuleId(id),
            name: id,
            position: Number(id[1]),
          })
        } else if (step.kind === 'presence') {
          const extension = asExtension(step.extension)
          const presence = new Map(routing.pbx.snapshot().presence)
          const before = presence.get(extension)
          if (before !== undefined) presence.set(extension, { ...before, ...step.presence })
          scripted.change({ presence })
        } else if (step.kind === 'schedule') {
          const { directory } = routing.pbx.snapshot()
          const schedule = { kind: 'time-condition', id: '1', name: null, open: step.open } as const
          scripted.change({ directory: { ...directory, schedules: new Map([[office, schedule]]) } })
        } else {
          const { did, sender, channel } = step
          const message = inbound({ did, sender, channel, receivedAt: now })
          const seqBefore = store.lastSeq()
          const told = simulate({ message, at: now, presence: [] })
          if (store.lastSeq() !== seqBefore) throw new Error('the simulator changed something')
          const receipt = await receive(message)
          if (told.result.kind === 'unrouted') {
            seen.unrouted++
            if (receipt.kind !== 'unrouted') throw new Error('told unrouted, but it was not')
            continue
          }
          if (receipt.kind !== 'committed') throw new Error(`told routed, but it was ${receipt.kind}`)
          const conversation = store.conversation(receipt.conversationId)
          const stored = store.message(receipt.messageId)
          const held = told.result.hold !== null && conversation?.designated == null
          const designated = told.record?.winner?.extension ?? told.decision?.mention ?? null
          if (held) seen.held++
          else if (designated === null) seen.waiting++
          else if (told.record === null) seen.kept++
          else seen.designated++
          const differences = {
            group:
              conversation === null ||
              told.group === null ||
              groupKey(conversation.group) !== groupKey(told.group),
            rule: conversation?.ruleId !== told.result.rule.id,
            known: (told.conversation?.id ?? receipt.conversationId) !== receipt.conversationId,
            designated: conversation?.designated !== designated,
            mention: (stored?.mention?.extension ?? null) !== (told.decision?.mention ?? null),
            held: (conversation?.held === true && conversation.designated === null) !== held,
          }
          const wrong = Object.entries(differences).filter(([, differs]) => differs)
          if (wrong.length > 0) throw new Error(`told otherwise: ${wrong.map(([what]) => what).join(', ')}`)
        }
      }
    }),
    { numRuns: 40 },
  )
  t.comment(JSON.stringify(seen))
  for (const [what, times] of Object.entries(seen)) t.ok(times > 0, `${what}: ${times}`)
})

t.test('what is held is designated when the hours begin', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { store, scripted, routing, receiveInbound } = sidecar
  const setOffice = (open: boolean) => {
    const { directory } = routing.pbx.snapshot()
    const schedule = { kind: 'time-condition', id: '1', name: null, open } as const
    scripted.change({ directory: { ...directory, schedules: new Map([[office, schedule]]) } })
  }
  const rule = {
    ...ruleDefaults,
    id: asRuleId('r1'),
    name: 'Support',
    position: 0,
    enabled: true,
    dids: [number('+16313808000')],
    channels: null,
    destination: queue,
    hours: followed,
    outside: { kind: 'hold', autoReply: 'We are closed.' },
  } as const
  await store.saveRule(rule)
  setOffice(false)
  let released = 0
  const log = keptLog()
  const release = startReleaseHeld({ ...routing, log, onReleased: () => released++ })
  t.teardown(() => release.close())

  const receipt = await receiveInbound(inbound())
  const id = receipt.kind === 'committed' ? receipt.conversationId : t.fail('not committed')
  if (typeof id !== 'string') return
  const conversation = () => store.conversation(id)
  t.match(conversation(), { designated: null, status: 'open', held: true, ruleId: 'r1', group: queue })
  t.same(waitingIn(store, groupKey(queue), 10), [], 'the waiting line does not hand it out at night')
  t.same(store.held(), [{ id, ruleId: 'r1' }])
  await release.check()
  t.equal(released, 0, 'still closed')
  const messages = store.messages(id, null, 10).items
  t.match(messages, [
    { direction: 'out', content: { text: 'We are closed.' } },
    { direction: 'in', mention: null },
  ])

  setOffice(true)
  await release.check()
  t.equal(released, 1)
  t.same(store.held(), [])
  t.same(waitingIn(store, groupKey(queue), 10), [id], 'now it waits as all others do')

  setOffice(false)
  const other = await receiveInbound(inbound({ sender: number('+12125550177') }))
  const otherId = other.kind === 'committed' ? other.conversationId : id
  const bob = { extension: asExtension('102'), name: 'Bob Brown' }
  await store.commitDesignation({ conversationId: otherId, expectedVersion: null, at: Date.now() }, () =>
    succeed({ cause: 'take', actor: { kind: 'agent', ...bob }, to: bob, input: null, note: null }),
  )
  await receiveInbound(inbound({ sender: number('+12125550177') }))
  t.match(store.conversation(otherId), { designated: '102' }, 'whoever is designated keeps his customer')
  t.match(
    store.messages(otherId, null, 10).items.find(({ direction }) => direction === 'in'),
    { mention: { extension: '102' } },
    'and finds the message when he is back',
  )

  await receiveInbound(inbound())
  t.equal(conversation()?.held, true, 'the next message outside the hours holds it again')
  await store.saveRule({ ...rule, enabled: false })
  await release.check()
  t.equal(conversation()?.held, false, 'a rule that is switched off holds nothing')
  t.same(log.lines, [])
})
