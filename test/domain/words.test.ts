import fc from 'fast-check'
import t from 'tap'
import type { DecisionRecord } from '../../module/domain/conversation.ts'
import {
  type CandidateFacts,
  type DesignationInput,
  designate,
} from '../../module/domain/designation/designation.ts'
import { explainDecision } from '../../module/domain/designation/explain.ts'
import { type Failure, failureSentence } from '../../module/domain/failures.ts'
import {
  asConversationId,
  asDecisionId,
  asExtension,
  asGroupNumber,
  asPbxId,
  groupKey,
  groupOfKey,
} from '../../module/domain/ids.ts'
import { type Address, addressKey, addressOfKey, isShortCode } from '../../module/domain/message/address.ts'
import { afterReport, type DeliveryState, type ReportedState } from '../../module/domain/message/delivery.ts'

const did: Address = { kind: 'number', value: '+16313808000' }

t.test('keys read back as what they were made from', async (t) => {
  const group = { pbxId: asPbxId('main'), kind: 'ring-group', number: asGroupNumber('600') } as const
  t.same(groupOfKey(groupKey(group)), group)
  const kinds = fc.constantFrom('short-code' as const, 'name' as const, 'whatsapp-user' as const)
  fc.assert(
    fc.property(kinds, fc.string(), (kind, value) => {
      const back = addressOfKey(addressKey({ kind, value }))
      return back.kind === kind && back.value === value
    }),
  )
  t.same(addressOfKey(addressKey(did)), did)
  t.ok(isShortCode('12345'))
  for (const no of ['12', '123456789', '+12345', '12a45']) t.notOk(isShortCode(no), no)
})

t.test('delivery only moves forward', async (t) => {
  const states: DeliveryState[] = [
    'queued',
    'sending',
    'accepted',
    'sent',
    'delivered',
    'read',
    'failed',
    'unknown',
  ]
  const reports: ReportedState[] = ['accepted', 'sent', 'delivered', 'read', 'failed']
  t.equal(afterReport('sending', 'sent'), 'sent')
  t.equal(afterReport('delivered', 'sent'), 'delivered', 'late')
  t.equal(afterReport('delivered', 'failed'), 'delivered', 'what arrived cannot fail')
  t.equal(afterReport('unknown', 'failed'), 'failed', 'a report settles what was unknown')
  t.equal(afterReport('failed', 'read'), 'failed')
  fc.assert(
    fc.property(
      fc.constantFrom(...states),
      fc.array(fc.constantFrom(...reports), { maxLength: 6 }),
      (start, order) => {
        const once = order.reduce(afterReport, start)
        return order.reduce(afterReport, once) === once
      },
    ),
  )
  t.pass('the same reports again change nothing')
})

t.test('every refusal is a sentence', async (t) => {
  const failures: Failure[] = [
    { code: 'not-found', what: 'conversation' },
    { code: 'not-designated', designated: null },
    { code: 'not-designated', designated: { extension: asExtension('101'), name: 'Alice' } },
    { code: 'stale-version', current: 4, designated: 'Bob' },
    { code: 'stale-version', current: 4, designated: null },
    { code: 'not-a-member', extension: '150' },
    { code: 'already-designated', designated: { extension: asExtension('101'), name: 'Alice' } },
    { code: 'cannot-be-answered', sender: 'ACME' },
    { code: 'no-way-back' },
    { code: 'empty-message' },
    { code: 'idempotency-key-reused' },
    { code: 'conversation-closed' },
    { code: 'not-an-agent' },
    { code: 'time-is-past' },
    { code: 'answered-meanwhile', by: 'Bob', at: 0, agoMs: 3_600_000 * 5 },
    { code: 'not-logged-in' },
    { code: 'always-logged-in' },
    { code: 'pbx-refused', reason: 'It is closed.' },
    { code: 'pbx-away' },
    { code: 'pbx-unsure' },
  ]
  for (const failure of failures) t.match(failureSentence(failure), /^[A-Z+].*\.$/, failure.code)
  t.match(failureSentence(failures[2] ?? { code: 'no-way-back' }), 'Alice (101)')
})

t.test('a decision explains itself', async (t) => {
  const facts = (extension: string, name: string) => ({
    extension: asExtension(extension),
    name,
    position: Number(extension) - 101,
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    registration: 'registered' as const,
    call: 'idle' as const,
    dnd: 'off' as const,
    panelOpen: true,
    away: false,
    openConversations: 0,
    lastDesignatedAt: null,
  })
  const candidates = [
    facts('101', 'Alice'),
    { ...facts('102', 'Bob'), paused: true, pausedReason: 'lunch' },
    { ...facts('103', 'Carol'), dnd: 'on' as const },
  ]
  const input = {
    policy: 1,
    at: 0,
    strategy: 'rrmemory' as const,
    pbxAnswers: true,
    candidates,
    cursor: null,
    cap: null,
    draw: 0,
  }
  const decision = {
    id: asDecisionId('d'),
    conversationId: asConversationId('c'),
    at: 0,
    cause: 'opened' as const,
    actor: { kind: 'pbx', name: 'PBX' } as const,
    previous: null,
    winner: { extension: asExtension('101'), name: 'Alice' },
    input,
    note: null,
  }
  t.equal(
    explainDecision(decision),
    'Alice (101) was designated: the only one with a panel open and no call. Not available: Bob (paused in the queue: lunch), Carol (do not disturb).',
  )
  t.equal(
    explainDecision({ ...decision, winner: null, input: { ...input, candidates: candidates.slice(1) } }),
    'Nobody was available: Bob (paused in the queue: lunch), Carol (do not disturb). The first to become available gets it.',
  )
  t.match(
    explainDecision({ ...decision, winner: null, input: { ...input, pbxAnswers: false } }),
    'the PBX was not answering',
  )
  const by = { kind: 'agent', extension: asExtension('102'), name: 'Bob' } as const
  t.equal(
    explainDecision({ ...decision, cause: 'transfer', actor: by, input: null, note: 'knows the case' }),
    'Bob transferred this conversation to Alice (101), with the note “knows the case”.',
  )
  const [alice] = candidates
  if (alice === undefined) throw new Error('nobody')
  const chosen = (
    strategy: DesignationInput['strategy'],
    all: readonly CandidateFacts[],
    over: Partial<DecisionRecord> = {},
  ) => {
    const from = { ...input, strategy, candidates: all }
    const winner = all.find(({ extension }) => extension === designate(from).winner) ?? null
    return explainDecision({ ...decision, input: from, winner, ...over })
  }
  const bob = facts('102', 'Bob')
  const carol = facts('103', 'Carol')
  const busy = { ...alice, call: 'on-call' as const }
  const table: [string, string][] = [
    [chosen('rrmemory', [alice, bob]), 'among the 2 with a panel open and no call, next in turn.'],
    [chosen('random', [alice, bob]), 'among the 2 with a panel open and no call, drawn by chance.'],
    [chosen('hunt', [alice, bob]), 'among the 2 with a panel open and no call, first in the group’s list.'],
    [
      chosen('fewestcalls', [
        { ...alice, openConversations: 2 },
        { ...bob, openConversations: 1 },
      ]),
      'among the 2 with a panel open and no call, the one with the fewest open conversations (1).',
    ],
    [
      chosen('ringall', [alice, bob]),
      'the one with the fewest open conversations (0); Bob had as few, and the lower extension goes first.',
    ],
    [
      chosen('ringall', [
        { ...alice, lastDesignatedAt: 9 },
        { ...bob, lastDesignatedAt: 5 },
      ]),
      'the one with the fewest open conversations (0); Alice had as few, and got one more recently.',
    ],
    [chosen('leastrecent', [{ ...alice, lastDesignatedAt: 9 }, bob]), ', one who never was before.'],
    [
      chosen('linear', [busy, { ...bob, panelOpen: false }]),
      'the only one with a panel open, though busy on the phone. Only then: Bob (reachable by phone only).',
    ],
    [
      chosen('linear', [
        { ...busy, penalty: 0 },
        { ...bob, penalty: 5 },
      ]),
      'the only one with a panel open and no call, at penalty 5. Only then: Alice (panel open, busy on the phone).',
    ],
    [
      chosen('linear', [alice, { ...bob, away: true, awayReason: 'dentist' }, { ...carol, away: true }]),
      'Not available: Bob (away for messages: dentist), Carol (away for messages).',
    ],
    [
      chosen('linear', [
        { ...alice, dnd: 'on' },
        ...[bob, carol, facts('104', 'Dave'), facts('105', 'Eve')].map((each) => ({
          ...each,
          loggedIn: false,
        })),
      ]),
      'Nobody was available: Alice (do not disturb), Bob, Carol and 2 others (not logged in to the queue).',
    ],
    [
      chosen('linear', [bob], { cause: 'left-group', previous: asExtension('109'), previousName: 'Zoe' }),
      'Zoe (109) is no longer a member of this group. Bob (102) was designated',
    ],
    [
      chosen('linear', [bob], { cause: 'left-group', previous: asExtension('109') }),
      'Extension 109 is no longer a member',
    ],
    [
      chosen('linear', [{ ...alice, dnd: 'on' }, bob], { cause: 'unavailable', previous: alice.extension }),
      'Alice (101) has been unavailable for too long. Bob (102) was designated: the only one',
    ],
    [
      chosen('linear', [{ ...alice, passedOver: true }, bob], {
        cause: 'unanswered',
        previous: alice.extension,
      }),
      'Alice (101) left the customer unanswered for too long. Bob (102) was designated: the only one',
    ],
    [chosen('linear', [bob], { cause: 'waiting' }), 'This conversation had nobody. Bob (102) was designated'],
    [chosen('linear', []), 'Nobody could be designated: the group has no members.'],
    [
      chosen('linear', [bob], { cause: 'continued', actor: by }),
      'Bob transferred this customer here from another group. Bob (102) was designated: the only one',
    ],
  ]
  for (const [sentence, part] of table) t.ok(sentence.includes(part), `${sentence} / ${part}`)
})
