import t from 'tap'
import type { ConversationState, RoutingState } from '../../module/domain/conversation.ts'
import { designate } from '../../module/domain/designation/designation.ts'
import { explainDecision } from '../../module/domain/designation/explain.ts'
import {
  decideReassign,
  decideReply,
  decideStatus,
  decideTake,
  decideTransfer,
} from '../../module/domain/designation/handover.ts'
import {
  decideInbound,
  decideUnanswered,
  decideWaiting,
  type RoutingContext,
} from '../../module/domain/designation/routing.ts'
import type { Directory, PbxSnapshot } from '../../module/domain/directory/directory.ts'
import { emptyDirectory, findGroup, groupsOf } from '../../module/domain/directory/directory.ts'
import type { Group } from '../../module/domain/directory/group.ts'
import { type GroupSettings, usualGroupSettings } from '../../module/domain/directory/group-settings.ts'
import { unknownPresence } from '../../module/domain/directory/presence.ts'
import {
  asCarrierId,
  asConversationId,
  asDecisionId,
  asExtension,
  asGroupNumber,
  asPbxId,
  type Extension,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'

const ref: GroupRef = { pbxId: asPbxId('main'), kind: 'queue', number: asGroupNumber('8000') }
const alice = { extension: asExtension('101'), name: 'Alice Adams' }
const bob = { extension: asExtension('102'), name: 'Bob Brown' }
const stranger = { extension: asExtension('150'), name: 'Stranger' }

const group: Group = {
  ref,
  name: 'Support Department',
  strategy: 'rrmemory',
  foreign: [],
  members: [alice, bob].map(({ extension }, position) => ({
    extension,
    position,
    membership: 'static',
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    lastCallAt: null,
    inCall: false,
  })),
}

const directory: Directory = {
  ...emptyDirectory(ref.pbxId),
  extensions: new Map(
    [alice, bob, stranger].map((entry) => [
      entry.extension,
      { ...entry, devices: [`PJSIP/${entry.extension}`] },
    ]),
  ),
  groups: new Map([[groupKey(ref), group]]),
  dids: [],
  readAt: 1,
}

function snapshot(freshness: 'live' | 'stale' = 'live'): PbxSnapshot {
  const presence = [alice, bob].map(
    ({ extension }) =>
      [
        extension,
        { ...unknownPresence(extension, 0), registration: 'registered', call: 'idle', dnd: 'off' },
      ] as const,
  )
  return { directory, presence: new Map(freshness === 'live' ? presence : []), freshness }
}

const context = (over: Partial<RoutingContext> = {}): RoutingContext => ({
  group,
  pbx: snapshot(),
  panelOpen: () => true,
  at: 1000,
  draw: 0,
  ...over,
})

const conversation = (
  designated: Extension | null,
  over: Partial<ConversationState> = {},
): ConversationState => ({
  id: asConversationId('c1'),
  group: ref,
  customer: { address: { kind: 'number', value: '+19542788086' }, name: null },
  status: 'open',
  designated,
  designatedName: designated === null ? null : 'Alice Adams',
  designatedCause: designated === null ? null : 'opened',
  version: 1,
  lastInbound: {
    carrierId: asCarrierId('trunk1'),
    channel: 'sip',
    did: { kind: 'number', value: '+16313808000' },
    sender: { kind: 'number', value: '+19542788086' },
    at: 900,
  },
  ...over,
})

const state = (over: Partial<RoutingState> = {}): RoutingState => ({
  conversation: null,
  openConversations: new Map(),
  lastDesignatedAt: new Map(),
  cursor: null,
  ...over,
})

t.test('an inbound message', async (t) => {
  const first = decideInbound(state(), context())
  t.equal(first.designation?.cause, 'opened')
  t.same(first.designation?.to, alice)
  t.equal(first.mention, '101')
  t.equal(first.designation?.input?.candidates.length, 2, 'the inputs are kept for replay')

  const kept = decideInbound(
    state({ conversation: conversation(bob.extension), cursor: bob.extension }),
    context(),
  )
  t.equal(kept.designation, null, 'the designated agent keeps the customer')
  t.equal(kept.mention, '102')

  const waiting = decideInbound(state({ conversation: conversation(null) }), context())
  t.equal(waiting.designation?.cause, 'waiting')
  t.equal(waiting.mention, '101')

  const left = decideInbound(state({ conversation: conversation(stranger.extension) }), context())
  t.equal(left.designation?.cause, 'left-group', 'who left the group is replaced')
  t.equal(left.mention, '101')

  const reopened = decideInbound(
    state({ conversation: conversation(bob.extension, { status: 'closed' }) }),
    context(),
  )
  t.ok(reopened.reopens)
  t.equal(reopened.mention, '102')
})

t.test('while the PBX is away', async (t) => {
  const away = context({ pbx: snapshot('stale') })
  const first = decideInbound(state(), away)
  t.equal(first.designation?.to, null, 'a new conversation waits')
  t.equal(first.mention, null)
  const known = decideInbound(state({ conversation: conversation(stranger.extension) }), away)
  t.equal(known.designation, null, 'a designation stands, since nobody is known to have left')
  t.equal(known.mention, '150')
  const still = decideInbound(state({ conversation: conversation(null) }), away)
  t.equal(still.designation, null, 'waiting on is no new decision')
})

t.test('an agent without a panel is alerted on the phone, and nobody else is', async (t) => {
  const noPanels = context({ panelOpen: () => false })
  t.equal(decideInbound(state(), noPanels).alertPhone, '101')
  t.equal(decideInbound(state(), context()).alertPhone, null)
  const bobOnly = context({ panelOpen: (extension) => extension === '101' })
  t.equal(decideInbound(state({ conversation: conversation(bob.extension) }), bobOnly).alertPhone, '102')
})

t.test('a waiting conversation', async (t) => {
  t.same(decideWaiting({ ...state(), conversation: conversation(null) }, context())?.to, alice)
  t.equal(
    decideWaiting({ ...state(), conversation: conversation(bob.extension) }, context()),
    null,
    'designated meanwhile',
  )
  t.equal(
    decideWaiting({ ...state(), conversation: conversation(null, { status: 'closed' }) }, context()),
    null,
  )
  t.equal(
    decideWaiting({ ...state(), conversation: conversation(null) }, context({ pbx: snapshot('stale') })),
    null,
  )
})

t.test('who may hand over, take, answer and close', async (t) => {
  const code = (result: { ok: boolean; failure?: { code: string } }) =>
    result.ok ? 'done' : result.failure?.code
  const hers = conversation(alice.extension)
  const nobodys = conversation(null)
  t.equal(code(decideTransfer(hers, alice, bob, context(), null)), 'done')
  t.equal(code(decideTransfer(hers, bob, bob, context(), null)), 'not-designated')
  t.equal(code(decideTransfer(nobodys, bob, alice, context(), null)), 'not-designated')
  t.equal(code(decideTransfer(hers, alice, stranger, context(), null)), 'not-a-member')
  t.equal(
    code(decideTransfer(hers, alice, bob, context({ group: null }), null)),
    'not-a-member',
    'a group that vanished has no members',
  )
  t.same(
    decideTransfer(hers, alice, alice, context(), null),
    { ok: true, value: null },
    'to oneself changes nothing',
  )
  const handed = decideTransfer(hers, alice, bob, context({ panelOpen: () => false }), null)
  t.ok(handed.ok && handed.value?.alertPhone, 'who has no panel open is rung')
  t.equal(code(decideTake(nobodys, bob, context())), 'done')
  t.equal(code(decideTake(hers, bob, context())), 'already-designated')
  t.same(decideTake(hers, alice, context()), { ok: true, value: null })
  t.equal(code(decideTake(nobodys, stranger, context())), 'not-a-member', 'not even who may see it')
  t.equal(code(decideReply(hers, bob, context())), 'done', 'any member may answer')
  const answered = decideReply(nobodys, bob, context())
  t.equal(answered.ok && answered.value.designation?.cause, 'reply', 'and takes what nobody has')
  const helped = decideReply(nobodys, stranger, context())
  t.equal(helped.ok && helped.value.designation, null, 'who is no member only lends a hand')
  t.equal(
    code(decideReply(conversation(alice.extension, { lastInbound: null }), alice, context())),
    'no-way-back',
  )
  t.equal(
    code(decideReply(conversation(alice.extension, { status: 'closed' }), alice, context())),
    'conversation-closed',
  )
  const named = conversation(alice.extension)
  const fromName = {
    ...named,
    lastInbound: named.lastInbound && {
      ...named.lastInbound,
      sender: { kind: 'name', value: 'ACME' } as const,
    },
  }
  t.equal(code(decideReply(fromName, alice, context())), 'cannot-be-answered')
  t.equal(code(decideStatus(hers, alice, 'closed')), 'done')
  t.equal(code(decideStatus(hers, bob, 'closed')), 'not-designated')
  t.equal(code(decideStatus(nobodys, bob, 'closed')), 'done')
  t.equal(code(decideStatus(hers, 'admin', 'closed')), 'done')
})

t.test('an extension is a group of one', async (t) => {
  const one: GroupRef = { pbxId: ref.pbxId, kind: 'extension', number: asGroupNumber('150') }
  t.equal(findGroup(directory, one)?.members[0]?.extension, '150')
  t.equal(findGroup(directory, { ...one, number: asGroupNumber('999') }), null)
  t.same(
    groupsOf(directory, alice.extension).map(({ ref }) => groupKey(ref)),
    ['main/queue/8000', 'main/extension/101'],
  )
})

const minute = 60_000

t.test('who keeps the customer, by the sticky mode', async (t) => {
  const away = (extension: string) => (other: string) => other !== extension
  const noPhones: PbxSnapshot = { ...snapshot(), presence: new Map() }
  const settings = (over: Partial<GroupSettings>): GroupSettings => ({ ...usualGroupSettings, ...over })
  const at = 100 * minute
  /** Alice is designated, has no panel and no phone since `sinceMs` ago, and a message comes. */
  const found = (
    over: Partial<ConversationState>,
    sinceMs: number | null,
    with_: Partial<RoutingContext> = {},
  ) =>
    decideInbound(
      state({ conversation: conversation(alice.extension, { designatedAt: 0, ...over }) }),
      context({
        at,
        pbx: noPhones,
        panelOpen: away(alice.extension),
        unavailableSince: () => (sinceMs === null ? null : at - sinceMs),
        ...with_,
      }),
    )
  t.equal(found({}, 9 * minute).designation, null, 'nine minutes lose nobody')
  const anew = found({}, 10 * minute)
  t.match(anew.designation, { cause: 'unavailable', to: bob }, 'ten minutes do')
  t.equal(anew.mention, '102')
  t.equal(found({}, null).designation, null, 'who is not known to be away for long keeps it')
  t.equal(
    found({}, 60 * minute, { panelOpen: () => true }).designation,
    null,
    'who is there keeps it, whatever was remembered',
  )
  t.equal(found({}, 60 * minute, { pbx: { ...noPhones, freshness: 'stale' } }).designation, null)
  for (const designatedCause of ['transfer', 'take', 'reassign', 'reply', 'started'] as const)
    t.equal(found({ designatedCause }, 60 * minute).designation, null, `a ${designatedCause} holds`)
  t.equal(found({}, 60 * minute, { settings: settings({ sticky: { kind: 'keep' } }) }).designation, null)
  const overrides = { strategy: null, cap: null, sticky: { kind: 'keep' } } as const
  t.equal(found({}, 60 * minute, { overrides }).designation, null, 'a rule’s word stands over the group’s')

  const nobodyThere = found({}, 10 * minute, { panelOpen: () => false })
  t.match(
    nobodyThere.designation,
    { cause: 'unavailable', to: null },
    'with nobody else it is for all to take',
  )

  const unanswered = settings({ sticky: { kind: 'unanswered', afterMs: 5 * minute } })
  const owing = { waitingSince: at - 5 * minute }
  const passed = found(owing, null, { settings: unanswered, panelOpen: () => true })
  t.match(passed.designation, { cause: 'unanswered', to: bob }, 'who leaves it unanswered loses it')
  t.match(
    passed.designation?.input?.candidates.find(({ extension }) => extension === '101'),
    { passedOver: true },
    'and is passed over, on record',
  )
  t.equal(
    found({ ...owing, designatedAt: at - minute }, null, { settings: unanswered, panelOpen: () => true })
      .designation,
    null,
    'his time begins when he gets it',
  )
})

t.test('what time alone brings', async (t) => {
  const at = 100 * minute
  const owing = (over: Partial<ConversationState> = {}) => ({
    ...state(),
    conversation: conversation(alice.extension, { waitingSince: at - 10 * minute, designatedAt: 0, ...over }),
  })
  const settings = { ...usualGroupSettings, escalateAfterMs: 10 * minute }
  t.match(decideUnanswered(owing(), context({ at, settings })), { cause: 'unanswered', to: bob })
  t.equal(
    decideInbound(owing(), context({ at, settings })).designation,
    null,
    'another message takes it from nobody who may have looked',
  )
  t.equal(decideUnanswered(owing(), context({ at })), null, 'off by default')
  t.equal(decideUnanswered(owing({ designatedCause: 'transfer' }), context({ at, settings })), null)
  t.equal(decideUnanswered(owing({ waitingSince: null }), context({ at, settings })), null)
  const aliceAlone = { ...group, members: group.members.slice(0, 1) }
  t.equal(
    decideUnanswered(owing(), context({ at, settings, group: aliceAlone })),
    null,
    'with nobody else she keeps it, which is no new decision',
  )
  const left = { ...owing(), conversation: { ...owing().conversation, designated: stranger.extension } }
  t.match(
    decideUnanswered(left, context({ at })),
    { cause: 'left-group', to: alice },
    'who left is relieved at once',
  )
})

t.test('a cap, a wrap-up, and who has no access', async (t) => {
  const capped = context({ settings: { ...usualGroupSettings, cap: 1 } })
  const busyAlice = state({ openConversations: new Map([[alice.extension, 1]]) })
  t.equal(decideInbound(busyAlice, capped).mention, '102', 'who has as many as allowed gets no more')
  const rule = { strategy: null, cap: 2, sticky: null } as const
  t.equal(decideInbound(busyAlice, { ...capped, overrides: rule }).mention, '101', 'a rule may allow more')
  const wrapping = new Map(snapshot().presence)
  const hers = wrapping.get(alice.extension)
  if (hers !== undefined) wrapping.set(alice.extension, { ...hers, call: 'wrap-up' })
  const busy = { ...snapshot(), presence: wrapping }
  t.equal(decideInbound(state(), context({ pbx: busy })).mention, '102', 'wrap-up counts as busy')

  const owned = {
    ...directory,
    extensions: new Map(
      [...directory.extensions].map(([key, entry]) => [key, { ...entry, devices: ['SCCP/1'] }] as const),
    ),
    portalUsers: [{ id: 'bob', name: 'Bob', extensions: [bob.extension] }],
  }
  const decided = decideInbound(
    state(),
    context({ pbx: { ...snapshot(), directory: owned }, panelOpen: () => false }),
  )
  t.equal(decided.designation?.to, null)
  const input = decided.designation?.input
  if (input == null) throw new Error('nothing was recorded')
  t.same(
    designate(input).candidates.map(({ verdict }) =>
      verdict.kind === 'excluded' ? verdict.reason : verdict.tier,
    ),
    ['no-access', 'unreachable'],
    'whom no portal user owns and no text can reach is told apart from who is merely away',
  )
})

t.test('a supervisor’s word explains itself', async (t) => {
  const actor = { kind: 'admin', id: 's', name: 'Administrator' } as const
  const his = { ...state(), conversation: conversation(bob.extension) }
  const result = decideReassign(his, actor, 'strategy', context(), 'he is ill')
  t.match(result, { ok: true, value: { cause: 'reassign', to: alice } }, 'never to whoever has it')
  if (!result.ok || result.value === null) throw new Error('nothing was decided')
  t.match(
    decideReassign(his, actor, 'strategy', context({ pbx: snapshot('stale') }), null),
    { ok: false, failure: { code: 'pbx-away' } },
    'nobody loses his customer to the PBX’s silence',
  )
  t.match(
    decideReassign(his, actor, alice, context({ pbx: snapshot('stale') }), null),
    { ok: true, value: { to: alice } },
    'a name needs no PBX',
  )
  const { to, ...change } = result.value
  t.match(
    explainDecision({
      ...change,
      id: asDecisionId('d'),
      conversationId: asConversationId('c1'),
      at: 1,
      previous: bob.extension,
      winner: to,
    }),
    /^Administrator let the group choose anew, with the note “he is ill”\. Alice Adams \(101\) was designated: the only one .*Bob Brown \(had it before\)/,
  )
})
