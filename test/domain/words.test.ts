import fc from 'fast-check'
import t from 'tap'
import { type Address, addressKey, addressOfKey, isShortCode } from '../../module/domain/address.ts'
import { afterReport, type DeliveryState, type ReportedState } from '../../module/domain/delivery.ts'
import { explainDecision } from '../../module/domain/explain.ts'
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
    { ...facts('102', 'Bob'), paused: true },
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
    'Alice (101) was designated: panel open and idle, next in the round robin. Not considered: Bob (paused in the queue), Carol (do not disturb).',
  )
  t.equal(
    explainDecision({ ...decision, winner: null, input: { ...input, candidates: candidates.slice(1) } }),
    'Nobody was available: Bob (paused in the queue), Carol (do not disturb). The first to become available gets it.',
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
})
