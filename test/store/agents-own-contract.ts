import type t from 'tap'
import type { Store } from '../../module/app/ports/store.ts'
import type { Reader } from '../../module/app/ports/stored.ts'
import type { InboundDecision, RoutingState } from '../../module/domain/conversation.ts'
import { succeed } from '../../module/domain/failures.ts'
import { asCannedReplyId, asMessageId, type ConversationId, groupKey } from '../../module/domain/ids.ts'
import type { CannedReply } from '../../module/domain/message/canned-reply.ts'
import type { Actor } from '../../module/domain/message/message.ts'
import {
  about,
  agent,
  all,
  committed,
  conversationWith,
  reply,
  some,
  type TestDatabase,
  taken,
  value,
} from './store-contract.ts'
import {
  ann,
  bob,
  byHand,
  byQueue,
  cid,
  inbound,
  nobody,
  number,
  otherQueue,
  queue,
  routed,
  startAt,
} from './store-samples.ts'

type Test = Pick<typeof t, 'test' | 'teardown' | 'equal' | 'same' | 'ok' | 'match' | 'rejects' | 'not'>

export const readerOf = (who: typeof ann): Reader => ({ pbxId: queue.pbxId, extension: who.extension })
const admin: Actor = { kind: 'admin', id: 'a', name: 'Olga' }
const customer = number('+19542788086')
const did = number('+16313808000')
const hour = 3_600_000

/** Decides by another decider, and wishes for an auto-reply. */
export const wishing =
  (text: string, decide: (state: RoutingState) => InboundDecision = nobody) =>
  (state: RoutingState): InboundDecision => ({ ...decide(state), autoReply: { text } })

/** What every adapter of the Store port must do for one agent alone, among colleagues, and at the gate. */
export async function agentsOwnContract(t: Test, makeDatabase: (t: Test) => TestDatabase): Promise<void> {
  function opened(t: Test, database = makeDatabase(t)): Store {
    const store = database.open()
    t.teardown(() => store.close())
    return store
  }
  const mine = (store: Store, who: typeof ann, id: ConversationId) =>
    some(store.personal(readerOf(who), [id]).get(id))
  const write = (store: Store, text: string, over: Parameters<typeof inbound>[0] = {}) =>
    store.commitInbound(routed(inbound({ text, ...over }), store), byQueue)
  const read = async (store: Store, who: typeof ann, conversationId: ConversationId, through: string) =>
    value(
      await store.markRead({
        reader: readerOf(who),
        conversationId,
        through: asMessageId(through),
        at: startAt,
      }),
    )

  await t.test('what an agent has read', async (t) => {
    await t.test('is counted from his mark on, for him alone, and never goes back', async (t) => {
      const store = opened(t)
      const first = committed(await write(store, 'one'))
      const id = first.conversationId
      const second = committed(await write(store, 'two'))
      await write(store, 'three')
      t.same(mine(store, ann, id), { unread: 3, mentionsMe: 3, muted: false, pinned: false })
      t.same(mine(store, bob, id), { unread: 3, mentionsMe: 0, muted: false, pinned: false })
      t.match(await read(store, ann, id, second.messageId), { unread: 1, mentionsMe: 1 })
      const seq = store.lastSeq()
      t.match(await read(store, ann, id, first.messageId), { unread: 1, mentionsMe: 1 }, 'an older mark')
      t.match(await read(store, ann, id, second.messageId), { unread: 1, mentionsMe: 1 }, 'the same again')
      t.equal(store.lastSeq(), seq, 'nothing to tell of')
      t.match(mine(store, bob, id), { unread: 3 })
      t.match(store.eventsAfter(0, [groupKey(queue)], 100)?.at(-1)?.event, {
        kind: 'read-changed',
        agent: ann.extension,
        unread: 1,
        mentionsMe: 1,
      })
    })

    await t.test('needs a message of that very conversation', async (t) => {
      const store = opened(t)
      const one = committed(await write(store, 'one'))
      const other = committed(await write(store, 'other', { sender: number('+15550001111') }))
      const mark = (conversationId: ConversationId, through: string) =>
        store.markRead({
          reader: readerOf(ann),
          conversationId,
          through: asMessageId(through),
          at: startAt,
        })
      t.match(await mark(one.conversationId, other.messageId), { failure: { what: 'message' } })
      t.match(await mark(one.conversationId, 'nothing'), { failure: { what: 'message' } })
      t.match(await mark('nowhere' as ConversationId, one.messageId), { failure: { what: 'conversation' } })
    })

    await t.test('follows from answering, from closing, and from mentions given later', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store, inbound({ text: 'one' }), nobody)
      await store.commitInbound(routed(inbound({ text: 'two' }), store), nobody)
      t.match(mine(store, ann, id), { unread: 2, mentionsMe: 0 })
      await store.commitDesignation(about(id), () => succeed(byHand('take', ann, ann)))
      t.match(mine(store, ann, id), { unread: 2, mentionsMe: 2 })
      await reply(store, id, { by: ann })
      t.match(mine(store, ann, id), { unread: 0, mentionsMe: 0 })
      t.match(mine(store, bob, id), { unread: 2, mentionsMe: 0 })
      await write(store, 'three')
      await store.commitStatus({ ...about(id), actor: agent(ann) }, () => succeed('closed'))
      t.match(mine(store, ann, id), { unread: 0, mentionsMe: 0 }, 'closed: dealt with for all')
      t.match(mine(store, bob, id), { unread: 0 })
      await write(store, 'four')
      t.match(mine(store, ann, id), { unread: 1, mentionsMe: 1 })
      t.match(mine(store, bob, id), { unread: 1, mentionsMe: 0 })
    })

    await t.test('adds up for badges, over the groups asked for, and survives a restart', async (t) => {
      const database = makeDatabase(t)
      const store = database.open()
      const id = await conversationWith(store)
      await write(store, 'again')
      const loud = await conversationWith(store, inbound({ sender: number('+15550001111') }))
      await conversationWith(store, inbound({ sender: number('+15550002222') }), byQueue, otherQueue)
      const reader = readerOf(ann)
      const groups = [groupKey(queue), groupKey(otherQueue), groupKey(queue)]
      const before = {
        unreadMessages: 4,
        unreadConversations: 3,
        mentions: 3,
        mentioningConversations: 2,
      }
      t.same(store.unreadTotals(reader, groups), before)
      t.match(store.unreadTotals(reader, [groupKey(otherQueue)]), { unreadMessages: 1, mentions: 1 })
      await store.savePreferences({ reader, conversationId: loud, muted: true, pinned: null, at: startAt })
      t.match(store.unreadTotals(reader, groups), { unreadMessages: 3, unreadConversations: 2, mentions: 3 })
      await store.savePreferences({ reader, conversationId: loud, muted: false, pinned: null, at: startAt })
      await store.close()
      const again = opened(t, database)
      t.same(again.unreadTotals(reader, groups), before)
      await again.commitStatus({ ...about(id), actor: agent(ann) }, () => succeed('closed'))
      t.match(again.unreadTotals(reader, groups), { unreadMessages: 2, mentions: 1 })
    })
  })

  await t.test('pins stand first, and every page has each conversation once', async (t) => {
    const store = opened(t)
    const ids: ConversationId[] = []
    for (let n = 0; n < 9; n++)
      ids.push(await conversationWith(store, inbound({ sender: number(`+1555000100${n}`) }), nobody))
    const reader = readerOf(ann)
    const pin = (conversationId: ConversationId, pinned: boolean) =>
      store.savePreferences({ reader, conversationId, muted: null, pinned, at: startAt })
    t.match(value(await pin(some(ids[1]), true)), { pinned: true, muted: false })
    await pin(some(ids[5]), true)
    const seq = store.lastSeq()
    await pin(some(ids[5]), true)
    t.equal(store.lastSeq(), seq, 'pinned already')
    const walk = (limit: number, more: object = {}) => {
      const seen: ConversationId[] = []
      for (let before: number | null = null, page = 0; page < 20; page++) {
        const { items, next } = store.conversations({ ...all(), ...more, reader, before, limit })
        seen.push(...items.map(({ id }) => id))
        if (next === null) return seen
        before = next
      }
      throw new Error('the pages never end')
    }
    const expected = [5, 1, 8, 7, 6, 4, 3, 2, 0].map((n) => some(ids[n]))
    for (const limit of [1, 2, 3, 100]) t.same(walk(limit), expected, `pages of ${limit}`)
    t.same(walk(2, { channel: 'whatsapp' }), [], 'pins pass the filters too')
    t.same(walk(2, { groups: [groupKey(otherQueue)] }), [])
    t.same(walk(2, { designated: { kind: 'agent', extension: ann.extension } }), [])
    t.equal(some(store.conversations({ ...all(), limit: 1 }).items[0]).id, ids[8], 'nobody else’s affair')
    await pin(some(ids[5]), false)
    t.equal(walk(3)[0], ids[1])
    t.match(store.eventsAfter(0, [groupKey(queue)], 100)?.at(-1)?.event, {
      kind: 'preferences-changed',
      agent: ann.extension,
      pinned: false,
    })
  })

  await t.test('pins are not without end', async (t) => {
    const store = opened(t)
    const ids = await Promise.all(
      Array.from({ length: 51 }, (_, n) =>
        conversationWith(store, inbound({ sender: number(`+1555000${1000 + n}`) }), nobody),
      ),
    )
    const results = []
    for (const conversationId of ids)
      results.push(
        await store.savePreferences({
          reader: readerOf(ann),
          conversationId,
          muted: null,
          pinned: true,
          at: startAt,
        }),
      )
    t.equal(results.filter(({ ok }) => ok).length, 50)
    t.match(results.at(-1), { failure: { code: 'too-many-pins', most: 50 } })
  })

  await t.test('a note', async (t) => {
    const note = (store: Store, conversationId: ConversationId, over: object = {}) =>
      store.commitNote({
        conversationId,
        author: ann,
        text: 'Knows her from the spring fair',
        mentions: [],
        idempotencyKey: 'note-key',
        at: startAt,
        ...over,
      })

    await t.test('stands among the messages and never in the outbox', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      await reply(store, id)
      const { messageId } = value(await note(store, id))
      await write(store, 'after')
      const thread = store.thread(id, null, 10).items
      t.same(
        thread.map(({ direction }) => direction),
        ['in', 'note', 'out', 'in'],
      )
      t.match(store.note(messageId), { text: 'Knows her from the spring fair', author: agent(ann) })
      t.equal(store.message(messageId), null)
      t.equal(store.messages(id, null, 10).items.length, 3)
      t.equal((await store.claimOutbox(startAt, 100)).length, 1, 'only the reply leaves')
      t.match(store.conversation(id), { lastMessage: { preview: 'after' }, version: 1 })
      const pages = []
      for (let before: number | null = null; ; ) {
        const { items, next } = store.thread(id, before, 1)
        pages.push(...items)
        if (next === null) break
        before = next
      }
      t.same(
        pages.map(({ id }) => id),
        thread.map(({ id }) => id),
        'page by page',
      )
      t.not(JSON.stringify(store.eventsAfter(0, [groupKey(queue)], 100)).includes('spring'), true)
    })

    await t.test('is written once for a key', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const twice = await Promise.all([note(store, id), note(store, id)])
      t.same(twice.map((each) => value(each).repeated).sort(), [false, true])
      t.match(await note(store, id, { text: 'Something else' }), {
        failure: { code: 'idempotency-key-reused' },
      })
      t.equal(value(await note(store, id, { author: bob })).repeated, false, 'keys are each agent’s own')
      t.match(await note(store, 'nowhere' as ConversationId), { failure: { code: 'not-found' } })
    })

    await t.test('mentions colleagues, who have it to read', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const { messageId } = value(await note(store, id, { mentions: [bob, bob, cid] }))
      t.same(some(store.note(messageId)).mentions, [bob, cid])
      t.match(mine(store, bob, id), { unread: 1, mentionsMe: 1 })
      t.match(mine(store, ann, id), { unread: 0, mentionsMe: 0 }, 'who writes has read')
      t.match(await read(store, bob, id, messageId), { unread: 0, mentionsMe: 0 })
    })
  })

  await t.test('an opt-out', async (t) => {
    const optedOut = (store: Store, id: ConversationId) => some(store.conversation(id)).optedOut
    const notes = (store: Store, id: ConversationId) =>
      store.thread(id, null, 20).items.flatMap((each) => (each.direction === 'note' ? [each.text] : []))

    await t.test('is in force with the message that says STOP, until one says START', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      t.equal(optedOut(store, id), false)
      await write(store, 'Stop.')
      t.equal(optedOut(store, id), true)
      const seq = store.lastSeq()
      t.match(await reply(store, id), { ok: false, failure: { code: 'opted-out', did: '+16313808000' } })
      t.match(await reply(store, id, { key: 'taking', takes: true }), { ok: false })
      t.equal(store.lastSeq(), seq, 'a refused reply leaves nothing, and takes nothing')
      t.match(store.optOuts(null, 10).items, [
        { customer: { address: customer }, did, since: startAt, source: 'keyword', reason: null },
      ])
      await write(store, 'stop')
      t.equal(notes(store, id).length, 1, 'once is enough')
      await write(store, 'START')
      t.equal(optedOut(store, id), false)
      t.same(store.optOuts(null, 10).items, [])
      t.ok((await reply(store, id)).ok)
      t.match(notes(store, id), [/opted in again/, /The customer opted out/])
      t.same(
        store.optOutChanges(customer, did, 10).map((change) => change.optedOut),
        [false, true],
      )
    })

    await t.test('is of one customer and one DID', async (t) => {
      const store = opened(t)
      const other = number('+16313808001')
      const id = await conversationWith(store, inbound({ text: 'stop' }))
      const stranger = await conversationWith(store, inbound({ sender: number('+15550001111') }))
      t.ok((await reply(store, stranger, { key: 'a' })).ok)
      await write(store, 'Hello at the other number', { did: other })
      t.equal(optedOut(store, id), false, 'a reply would leave by the other DID')
      t.ok((await reply(store, id, { key: 'b' })).ok)
      const elsewhere = await conversationWith(store, inbound(), byQueue, otherQueue)
      t.match(await reply(store, elsewhere, { key: 'c' }), { ok: false }, 'but holds in every group')
    })

    await t.test('said on WhatsApp is a word like any other', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store, inbound({ text: 'stop', channel: 'whatsapp' }))
      t.equal(optedOut(store, id), false)
    })

    await t.test('counts of a message that no rule takes', async (t) => {
      const store = opened(t)
      const stop = inbound({ text: 'STOP' })
      await store.commitInbound({ ...routed(stop, store), route: null }, byQueue)
      t.equal(store.optOuts(null, 10, customer).items.length, 1)
      const id = await conversationWith(store)
      t.match(await reply(store, id), { ok: false })
      await store.commitInbound({ ...routed(inbound({ text: 'unstop' }), store), route: null }, byQueue)
      t.ok((await reply(store, id)).ok)
      const unknown = inbound({ text: 'start', sender: number('+15550009999') })
      await store.commitInbound({ ...routed(unknown, store), route: null }, byQueue)
      t.same(store.optOutChanges(unknown.sender, did, 10), [])
    })

    await t.test('that came between fails what was queued, at every claim', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const { messageId } = value(await reply(store, id))
      await write(store, 'STOP')
      t.same(await store.claimOutbox(startAt, 10), [])
      t.match(store.message(messageId), { state: 'failed', failure: { code: 'opted-out' } })
      await write(store, 'START')
      t.same(await store.claimOutbox(startAt, 10), [], 'what failed stays unsent')
      const { messageId: retried } = value(await reply(store, id, { key: 'second' }))
      const [item] = await store.claimOutbox(startAt, 10)
      await store.settleOutbox(some(item).id, { kind: 'retry', notBefore: startAt, reason: '429' }, startAt)
      await write(store, 'STOP')
      t.same(await store.claimOutbox(startAt + 1, 10), [])
      t.equal(store.message(retried)?.state, 'failed')
    })

    await t.test('is learnt from a carrier, unless the customer spoke since', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const failure = { code: 'opted-out', carrierCode: '21610', sentence: 'No.' } as const
      const refuse = async (key: string) => {
        await reply(store, id, { key })
        const [item] = await store.claimOutbox(startAt, 1)
        return some(item).id
      }
      const outcome = { kind: 'done', outcome: { kind: 'refused', failure } } as const
      await store.settleOutbox(await refuse('one'), outcome, startAt)
      t.equal(optedOut(store, id), true)
      t.match(store.optOuts(null, 1).items, [{ source: 'carrier', reason: '21610' }])
      t.match(notes(store, id), [/The carrier says/])
      await write(store, 'START', { receivedAt: startAt + 1 })
      const late = await refuse('two')
      await store.settleOutbox(late, outcome, startAt + 2)
      t.equal(optedOut(store, id), false, 'that was said of a message from before the START')
    })

    await t.test('is learnt from a carrier’s report', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      await reply(store, id)
      const [item] = await store.claimOutbox(startAt, 1)
      await store.settleOutbox(some(item).id, taken('SM-out'), startAt)
      const failure = { code: 'opted-out', carrierCode: '40300', sentence: 'No.' } as const
      await store.commitReport(
        inbound().carrierId,
        { carrierMessageId: 'SM-out', state: 'failed', failure },
        startAt,
      )
      t.equal(optedOut(store, id), true)
    })

    await t.test('is set and cleared by an administrator, with his reason kept', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const set = (optedOut: boolean, reason: string, customer = number('+19542788086')) =>
        store.setOptOut({ customer, did, optedOut, source: 'admin', actor: admin, reason, at: startAt })
      t.equal(await set(true, 'asked by phone'), true)
      t.equal(await set(true, 'asked again'), false)
      t.match(await reply(store, id), { ok: false })
      t.equal(await set(false, 'wrote us a letter'), true)
      t.ok((await reply(store, id)).ok)
      t.match(store.optOutChanges(customer, did, 10), [
        { optedOut: false, actor: admin, reason: 'wrote us a letter' },
        { optedOut: true, actor: admin, reason: 'asked by phone' },
      ])
      t.match(notes(store, id), [/Olga allowed .* a letter/, /Olga opted .* by phone/])
      t.equal(await set(false, 'nobody', number('+15550008888')), false)
      t.equal(await set(true, 'do not call list', number('+15550008888')), true, 'who never wrote')
      const page = store.optOuts(null, 1)
      t.equal(page.items.length, 1)
      t.equal(page.next, null)
      for (let n = 0; n < 5; n++) await set(true, 'list', number(`+1555000700${n}`))
      const seen = []
      for (let before: number | null = null; ; ) {
        const { items, next } = store.optOuts(before, 2)
        seen.push(...items.map((each) => each.customer.address.value))
        if (next === null) break
        before = next
      }
      t.equal(new Set(seen).size, 6)
      t.equal(seen.length, 6)
    })
  })

  await t.test('an auto-reply', async (t) => {
    const outgoing = (store: Store, id: ConversationId) =>
      store.messages(id, null, 50).items.filter(({ direction }) => direction === 'out')
    const come = async (store: Store, text: string, over: Parameters<typeof inbound>[0] = {}, to = queue) =>
      committed(
        await store.commitInbound(routed(inbound({ text, ...over }), store, to), wishing('Back at nine')),
      ).conversationId

    await t.test('leaves with the message that it answers, once', async (t) => {
      const store = opened(t)
      const id = await come(store, 'Hello')
      t.match(outgoing(store, id), [
        {
          author: { kind: 'pbx', name: 'Auto-reply' },
          content: { text: 'Back at nine' },
          state: 'queued',
          did,
          channel: 'sms',
        },
      ])
      t.equal(some(store.conversation(id)).waitingSince, startAt, 'the customer waits all the same')
      await come(store, 'Hello?', { receivedAt: startAt + hour })
      t.equal(outgoing(store, id).length, 1)
      await come(store, 'Hello!', { receivedAt: startAt + 12 * hour })
      t.equal(outgoing(store, id).length, 2)
      const [item] = await store.claimOutbox(startAt + 12 * hour, 10)
      t.match(item, {
        kind: 'message',
        message: { content: { text: 'Back at nine' }, to: customer, from: did },
      })
    })

    await t.test('passes the gate, and is never said to STOP, START or HELP', async (t) => {
      const store = opened(t)
      for (const [n, word] of ['stop', 'start', 'help'].entries()) {
        const id = await come(store, word, { sender: number(`+1555000200${n}`) })
        t.same(outgoing(store, id), [], word)
      }
      const id = await come(store, 'Hello', { sender: number('+15550002000') })
      t.same(outgoing(store, id), [], 'he opted out')
    })

    await t.test('stops at a robot, in whatever group it writes', async (t) => {
      const store = opened(t)
      for (let n = 0; n < 40; n++) {
        const receivedAt = startAt + n * 2000
        await come(store, `Ticket ${n} received`, { receivedAt }, n % 2 === 0 ? queue : otherQueue)
      }
      // One for each conversation; from then on the window alone would hold, and its speed gave it away besides.
      t.equal((await store.claimOutbox(startAt + hour, 100)).length, 2)
      await come(store, 'Ticket 40 received', { receivedAt: startAt + 13 * hour })
      t.same(await store.claimOutbox(startAt + 13 * hour, 100), [], 'too quick, twice')
    })
  })

  await t.test('canned replies', async (t) => {
    const store = opened(t)
    const canned = (id: string, shortcut: string, group: CannedReply['group'] = null): CannedReply => ({
      id: asCannedReplyId(id),
      group,
      shortcut,
      title: id,
      text: 'Hello {customer.name}',
    })
    t.ok((await store.saveCannedReply(canned('a', 'hours'))).ok)
    t.ok((await store.saveCannedReply(canned('b', 'hours', queue))).ok, 'of a group, beside that of all')
    t.ok((await store.saveCannedReply(canned('c', 'bye'))).ok)
    t.match(await store.saveCannedReply(canned('d', 'hours')), { failure: { code: 'shortcut-taken' } })
    t.match(await store.saveCannedReply(canned('d', 'hours', queue)), { failure: { shortcut: 'hours' } })
    t.ok((await store.saveCannedReply({ ...canned('a', 'hours'), title: 'Opening hours' })).ok)
    t.same(store.cannedReplies(), [
      canned('c', 'bye'),
      { ...canned('a', 'hours'), title: 'Opening hours' },
      canned('b', 'hours', queue),
    ])
    t.equal(await store.deleteCannedReply(asCannedReplyId('a')), true)
    t.equal(await store.deleteCannedReply(asCannedReplyId('a')), false)
    t.equal(store.cannedReplies().length, 2)
  })
}
