import t from 'tap'
import type { ConversationState, RoutingState } from '../../module/domain/conversation.ts'
import type { Directory, PbxSnapshot } from '../../module/domain/directory.ts'
import { emptyDirectory, findGroup, groupsOf } from '../../module/domain/directory.ts'
import type { Group } from '../../module/domain/group.ts'
import { decideReply, decideStatus, decideTake, decideTransfer } from '../../module/domain/handover.ts'
import {
  asCarrierId,
  asConversationId,
  asExtension,
  asGroupNumber,
  asPbxId,
  type Extension,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'
import { unknownPresence } from '../../module/domain/presence.ts'
import { decideInbound, decideWaiting, type RoutingContext } from '../../module/domain/routing.ts'

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
  t.equal(code(decideTake(nobodys, bob)), 'done')
  t.equal(code(decideTake(hers, bob)), 'already-designated')
  t.same(decideTake(hers, alice), { ok: true, value: null })
  t.equal(code(decideReply(hers, bob)), 'done', 'any member may answer')
  const answered = decideReply(nobodys, bob)
  t.equal(answered.ok && answered.value.designation?.cause, 'reply', 'and takes what nobody has')
  t.equal(code(decideReply(conversation(alice.extension, { lastInbound: null }), alice)), 'no-way-back')
  t.equal(
    code(decideReply(conversation(alice.extension, { status: 'closed' }), alice)),
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
  t.equal(code(decideReply(fromName, alice)), 'cannot-be-answered')
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
