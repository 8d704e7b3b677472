import type t from 'tap'
import type { CarrierAccount } from '../../module/app/ports/carriers.ts'
import type { Store } from '../../module/app/ports/store.ts'
import type { OutboxItem } from '../../module/app/ports/store-requests.ts'
import type { ConversationState } from '../../module/domain/conversation.ts'
import { designate } from '../../module/domain/designation/designation.ts'
import { type Directory, emptyDirectory } from '../../module/domain/directory/directory.ts'
import type { CommittedEvent } from '../../module/domain/events.ts'
import { fail, type Result, succeed } from '../../module/domain/failures.ts'
import {
  asCarrierId,
  asConversationId,
  asDecisionId,
  asMessageId,
  asRuleId,
  type ConversationId,
  groupKey,
} from '../../module/domain/ids.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'
import { type MessageRule, ruleDefaults } from '../../module/domain/rules/rules.ts'
import {
  ann,
  bob,
  byHand,
  byQueue,
  cid,
  group,
  inbound,
  nobody,
  number,
  otherQueue,
  queue,
  routed,
  staff,
  startAt,
  twilio,
  waitingIn,
} from './store-samples.ts'

type Test = Pick<typeof t, 'test' | 'teardown' | 'equal' | 'same' | 'ok' | 'match' | 'rejects' | 'not'>

/** A database that a store can be opened on again and again. Closing the store is the tests' own affair. */
export interface TestDatabase {
  open(): Store
}

/** What every adapter of the Store port must do. */
export async function storeContract(t: Test, makeDatabase: (t: Test) => TestDatabase): Promise<void> {
  /** A store that closes with the test. */
  function opened(t: Test, database = makeDatabase(t)): Store {
    const store = database.open()
    t.teardown(() => store.close())
    return store
  }

  await t.test('an inbound message', async (t) => {
    await t.test('makes customer, conversation, designation and mention in one', async (t) => {
      const store = opened(t)
      const receipt = await store.commitInbound(routed(inbound({ senderName: 'Eve' }), store), byQueue)
      const id = committed(receipt).conversationId
      const conversation = store.conversation(id)
      t.match(conversation, {
        group: queue,
        customer: { address: number('+19542788086'), name: 'Eve' },
        status: 'open',
        designated: ann.extension,
        designatedName: 'Ann',
        designatedCause: 'opened',
        version: 1,
        lastInbound: { carrierId: twilio, channel: 'sms', sender: number('+19542788086'), at: startAt },
        lastMessage: {
          direction: 'in',
          preview: 'My order has not come',
          mention: ann.extension,
          at: startAt,
        },
        openedAt: startAt,
        waitingSince: startAt,
        channels: ['sms'],
      })
      const [message] = store.messages(id, null, 10).items
      t.match(message, {
        id: committed(receipt).messageId,
        seq: committed(receipt).seq,
        direction: 'in',
        mention: ann,
        author: { kind: 'customer', name: 'Eve' },
        content: { kind: 'text', text: 'My order has not come', media: [] },
        state: null,
        carrierAt: startAt - 500,
      })
      t.same(store.message(committed(receipt).messageId), message)
    })

    await t.test('delivered twice, even at once, has one effect', async (t) => {
      const store = opened(t)
      const message = inbound()
      const receipts = await Promise.all(
        Array.from({ length: 5 }, () => store.commitInbound(routed(message, store), byQueue)),
      )
      t.same(receipts.map((receipt) => receipt.kind).sort(), ['committed', ...Array(4).fill('duplicate')])
      const seq = store.lastSeq()
      t.match(await store.commitInbound(routed(message, store), byQueue), { kind: 'duplicate' })
      t.equal(store.lastSeq(), seq, 'no event of it')
      t.equal(new Set(receipts.map((receipt) => 'messageId' in receipt && receipt.messageId)).size, 1)
    })

    await t.test('of another carrier with the same id is another message', async (t) => {
      const store = opened(t)
      const message = inbound()
      const other = { ...message, carrierId: asCarrierId('other') }
      t.match(await store.commitInbound(routed(message, store), byQueue), { kind: 'committed' })
      t.match(await store.commitInbound(routed(other, store), byQueue), { kind: 'committed' })
    })

    await t.test('routed by old rules changes nothing and can be repeated', async (t) => {
      const store = opened(t)
      const request = routed(inbound(), store)
      await store.saveRule(rule('a'))
      t.same(await store.commitInbound(request, byQueue), { kind: 'stale-rules' })
      t.same(await store.commitInbound({ ...request, route: null }, byQueue), { kind: 'stale-rules' })
      t.equal(store.lastSeq(), 0)
      t.match(await store.commitInbound(routed(request.message, store), byQueue), { kind: 'committed' })
    })

    await t.test('that no rule takes is kept, and is never both unrouted and routed', async (t) => {
      const store = opened(t)
      const messages = [inbound({ text: 'one' }), inbound({ text: 'two' }), inbound({ text: 'three' })]
      for (const message of messages) {
        const receipt = await store.commitInbound({ ...routed(message, store), route: null }, byQueue)
        t.equal(receipt.kind, 'unrouted')
      }
      const [first] = messages
      t.match(await store.commitInbound(routed(some(first), store), byQueue), { kind: 'duplicate' })
      const newest = store.unrouted(null, 2)
      t.same(
        newest.items.map((item) => item.message),
        [messages[2], messages[1]],
      )
      t.same(
        store.unrouted(newest.next, 2).items.map((item) => item.message),
        [messages[0]],
      )
      t.equal(store.unrouted(newest.next, 2).next, null)
    })

    await t.test('makes one conversation and one designation of 100 first messages at once', async (t) => {
      const store = opened(t)
      const asked: (ConversationState | null)[] = []
      const receipts = await Promise.all(
        Array.from({ length: 100 }, () =>
          store.commitInbound(routed(inbound(), store), (state) => {
            asked.push(state.conversation)
            return byQueue(state)
          }),
        ),
      )
      const ids = new Set(receipts.map((receipt) => committed(receipt).conversationId))
      t.equal(ids.size, 1)
      t.equal(asked.filter((conversation) => conversation === null).length, 1)
      const [id] = ids
      t.equal(store.decisions(some(id), 1000).length, 1)
      t.equal(store.conversation(some(id))?.version, 1)
      t.equal(store.messages(some(id), null, 1000).items.length, 100)
    })

    await t.test('goes to one conversation a group, and one customer in all', async (t) => {
      const store = opened(t)
      const one = await store.commitInbound(routed(inbound({ senderName: 'Eve' }), store), byQueue)
      const two = await store.commitInbound(routed(inbound(), store, otherQueue), byQueue)
      t.not(committed(one).conversationId, committed(two).conversationId)
      t.equal(store.conversation(committed(two).conversationId)?.customer.name, 'Eve')
    })

    await t.test('fills an empty name and never replaces one', async (t) => {
      const store = opened(t)
      const names: (string | null | undefined)[] = []
      for (const senderName of [null, 'Eve', 'Mallory']) {
        const receipt = await store.commitInbound(routed(inbound({ senderName }), store), byQueue)
        names.push(store.conversation(committed(receipt).conversationId)?.customer.name)
      }
      t.same(names, [null, 'Eve', 'Eve'])
    })

    await t.test('keeps every kind of address and content as it was', async (t) => {
      const store = opened(t)
      const samples: Partial<InboundMessage>[] = [
        { sender: { kind: 'short-code', value: '12345' } },
        { sender: { kind: 'name', value: 'A:C/ME' }, channel: 'sip' },
        { sender: { kind: 'whatsapp-user', value: 'US.13491208655302741918' }, channel: 'whatsapp' },
        { content: { kind: 'too-long-for-trunk', byteLength: 1400 } },
        { content: { kind: 'text', text: '', media: [{ url: 'https://x/1', contentType: 'image/png' }] } },
      ]
      for (const sample of samples) {
        const message = inbound(sample)
        const { conversationId } = committed(await store.commitInbound(routed(message, store), byQueue))
        const conversation = some(store.conversation(conversationId))
        t.same(conversation.lastInbound?.sender, message.sender)
        t.same(store.messages(conversationId, null, 1).items[0]?.content, message.content)
        t.not(conversation.lastMessage?.preview, '', 'the list shows that something came')
        t.same(conversation.channels, [message.channel, ...conversation.channels.slice(1)])
      }
    })

    await t.test('undoes itself alone when its decider throws', async (t) => {
      const store = opened(t)
      const good = inbound({ sender: number('+15550000001') })
      const bad = inbound({ sender: number('+15550000002') })
      const broken = new Error('the decider is broken')
      const results = await Promise.allSettled([
        store.commitInbound(routed(good, store), byQueue),
        store.commitInbound(routed(bad, store), () => {
          throw broken
        }),
        store.commitInbound(routed(inbound({ sender: number('+15550000003') }), store), byQueue),
      ])
      t.same(
        results.map((result) => result.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      t.equal(results[1]?.status === 'rejected' && results[1].reason, broken)
      t.equal(store.conversations(all()).items.length, 2)
      t.match(
        await store.commitInbound(routed(bad, store), byQueue),
        { kind: 'committed' },
        'no key was left behind',
      )
    })

    await t.test('reopens a closed conversation with the same agent', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      await store.commitStatus(
        { conversationId: id, expectedVersion: null, at: startAt, actor: agent(ann) },
        () => succeed('closed'),
      )
      t.match(store.conversation(id), { status: 'closed', version: 2, waitingSince: null, designated: '101' })
      await store.commitInbound(routed(inbound(), store), byQueue)
      t.match(store.conversation(id), {
        status: 'open',
        version: 3,
        waitingSince: startAt,
        designated: '101',
      })
    })

    await t.test('gives deciders the counts, times and cursor of its group alone', async (t) => {
      const store = opened(t)
      const from = (n: number) => inbound({ sender: number(`+1555000000${n}`), receivedAt: startAt + n })
      for (const n of [1, 2, 3, 4]) await store.commitInbound(routed(from(n), store), byQueue)
      await store.commitInbound(routed(from(1), store, otherQueue), byQueue)
      await store.commitInbound(routed(from(5), store), (state) => {
        t.same([...state.openConversations].sort(), [
          ['101', 2],
          ['102', 1],
          ['103', 1],
        ])
        t.same([...state.lastDesignatedAt].sort(), [
          ['101', startAt + 4],
          ['102', startAt + 2],
          ['103', startAt + 3],
        ])
        t.equal(state.cursor, ann.extension)
        return nobody(state)
      })
    })
  })

  await t.test('a reply', async (t) => {
    await t.test('is sent once for each idempotency key', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const other = await conversationWith(store, inbound({ sender: number('+15550000009') }))
      const [first, second] = await Promise.all([reply(store, id), reply(store, id)])
      t.same([value(first).repeated, value(second).repeated], [false, true])
      t.equal(value(first).messageId, value(second).messageId)
      const reused = { ok: false, failure: { code: 'idempotency-key-reused' } }
      t.same(await reply(store, id, { text: 'Another text' }), reused)
      t.same(await reply(store, other), reused, 'nor for another conversation')
      t.match(
        await reply(store, id, { by: bob }),
        { value: { repeated: false } },
        'a key is its author’s own',
      )
      t.equal((await store.claimOutbox(startAt, 10)).length, 1, 'one conversation, one at a time')
      t.equal(store.messages(id, null, 10).items.filter(({ direction }) => direction === 'out').length, 2)
    })

    await t.test('answers the customer and waits in the outbox', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      let due = 0
      store.onOutbox(() => due++)
      const { messageId } = value(await reply(store, id, { text: 'On its way' }))
      t.equal(due, 1)
      t.match(store.conversation(id), {
        waitingSince: null,
        version: 1,
        lastMessage: { direction: 'out', preview: 'On its way', mention: null },
      })
      t.match(store.message(messageId), {
        direction: 'out',
        state: 'queued',
        author: agent(ann),
        failure: null,
      })
      t.same((await store.claimOutbox(startAt, 10)).map(withoutId), [
        {
          kind: 'message',
          carrierId: twilio,
          attempt: 1,
          createdAt: startAt,
          message: {
            messageId,
            conversationId: id,
            channel: 'sms',
            from: number('+16313808000'),
            to: number('+19542788086'),
            content: { kind: 'text', text: 'On its way', media: [] },
          },
        },
      ])
    })

    await t.test(
      'on an unassigned conversation takes it, and its unanswered messages mention the taker',
      async (t) => {
        const store = opened(t)
        const id = await conversationWith(store, inbound(), nobody)
        const result = await reply(store, id, { by: bob, takes: true })
        t.match(store.conversation(id), { designated: '102', designatedCause: 'reply', version: 1 })
        t.same(
          store.messages(id, null, 10).items.map(({ mention }) => mention),
          [null, bob],
        )
        t.ok(result.ok)
      },
    )

    await t.test('refused by its decider leaves nothing, and its key free', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const seq = store.lastSeq()
      const refused = fail({ code: 'conversation-closed' })
      t.same(await store.commitReply(replyRequest(id), () => refused), refused)
      t.equal(store.lastSeq(), seq)
      t.match(await reply(store, id), { value: { repeated: false } })
      t.match(await reply(store, asConversationId('none')), {
        failure: { code: 'not-found', what: 'conversation' },
      })
    })
  })

  await t.test('a designation', async (t) => {
    await t.test('by hand is recorded, versioned and told', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const change = { ...byHand('transfer', ann, bob), note: 'He knows this order' }
      const result = value(await store.commitDesignation(about(id, 1), () => succeed(change)))
      t.equal(result.version, 2)
      t.match(store.conversation(id), {
        designated: '102',
        designatedName: 'Bob',
        designatedCause: 'transfer',
      })
      t.same(store.decision(some(result.decisionId)), {
        id: result.decisionId,
        conversationId: id,
        at: startAt,
        cause: 'transfer',
        actor: agent(ann),
        previous: ann.extension,
        previousName: 'Ann',
        winner: bob,
        input: null,
        note: 'He knows this order',
      })
      t.match(store.eventsAfter(store.lastSeq() - 1, [groupKey(queue)], 10), [
        {
          event: {
            kind: 'designation-changed',
            designated: '102',
            version: 2,
            decisionId: result.decisionId,
          },
        },
      ])
      t.same(store.designatedTo(groupKey(queue), bob.extension), [id])
      t.same(store.designatedTo(groupKey(queue), ann.extension), [])
      const mentions = store.messages(id, null, 10).items.map(({ mention }) => mention?.extension)
      t.same(mentions, ['101'], 'a mention once given never changes')
    })

    await t.test('against an old version is refused with what is now', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      await store.commitDesignation(about(id, 1), () => succeed(byHand('transfer', ann, bob)))
      const changed = { by: 'Ann', at: startAt, agoMs: 0 }
      const stale = {
        ok: false,
        failure: { code: 'stale-version', current: 2, designated: 'Bob', changed },
      }
      t.same(await store.commitDesignation(about(id, 1), () => succeed(byHand('transfer', ann, cid))), stale)
      t.same(await store.commitStatus({ ...about(id, 1), actor: agent(ann) }, () => succeed('closed')), stale)
      t.match(await store.commitDesignation(about(asConversationId('none')), () => succeed(null)), {
        failure: { code: 'not-found' },
      })
    })

    await t.test('races 50 against one version: one wins', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          store.commitDesignation(about(id, 1), () => succeed(byHand('transfer', ann, staff[n % 3] ?? bob))),
        ),
      )
      const lost = results.flatMap((result) => (result.ok ? [] : [result.failure.code]))
      t.same(lost, Array(49).fill('stale-version'))
      t.equal(store.decisions(id, 100).length, 2)
      t.equal(store.conversation(id)?.version, 2)
    })

    await t.test('that a burst of messages does not make stale', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      for (let n = 0; n < 3; n++) await store.commitInbound(routed(inbound(), store), byQueue)
      await reply(store, id)
      t.ok((await store.commitDesignation(about(id, 1), () => succeed(byHand('transfer', ann, bob)))).ok)
    })

    await t.test('that changes nothing, or is refused, leaves nothing', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const seq = store.lastSeq()
      t.same(
        await store.commitDesignation(about(id), () => succeed(null)),
        succeed({ decisionId: null, version: 1 }),
      )
      const refused = fail({ code: 'not-designated', designated: ann })
      t.same(await store.commitDesignation(about(id), () => refused), refused)
      t.equal(store.lastSeq(), seq)
      t.equal(store.decisions(id, 10).length, 1)
    })

    await t.test('that finds nobody is recorded without a change', async (t) => {
      const store = opened(t)
      const failed = (state: Parameters<typeof byQueue>[0]) => {
        const decision = byQueue(state)
        const designation = decision.designation === null ? null : { ...decision.designation, to: null }
        return { ...decision, designation, mention: null }
      }
      const id = await conversationWith(store, inbound(), failed)
      t.match(store.conversation(id), { designated: null, version: 0 })
      t.match(store.decisions(id, 10), [{ cause: 'opened', winner: null, previous: null }])
      t.same(
        store.eventsAfter(0, [groupKey(queue)], 10)?.map(({ event }) => event.kind),
        ['message-received'],
      )
    })

    await t.test('rings the phone when it says so, about the last inbound message', async (t) => {
      const store = opened(t)
      const receipt = committed(await store.commitInbound(routed(inbound(), store), nobody))
      const id = receipt.conversationId
      const change = { ...byHand('reassign', ann, bob), alertPhone: true }
      await store.commitDesignation(about(id), () => succeed(change))
      t.match(await store.claimOutbox(startAt, 10), [
        { kind: 'phone-alert', extension: '102', conversationId: id, messageId: receipt.messageId },
      ])
    })

    await t.test('can be replayed from what was recorded', async (t) => {
      const store = opened(t)
      const ids: ConversationId[] = []
      for (let n = 0; n < 7; n++) {
        ids.push(await conversationWith(store, inbound({ sender: number(`+1555000000${n}`) })))
      }
      const decisions = ids.flatMap((id) => store.decisions(id, 10))
      t.same(
        decisions.map(({ winner }) => winner?.name),
        ['Ann', 'Bob', 'Cid', 'Ann', 'Bob', 'Cid', 'Ann'],
      )
      for (const decision of decisions)
        t.equal(designate(some(decision.input)).winner, decision.winner?.extension)
    })
  })

  await t.test('a status', async (t) => {
    await t.test('is versioned, told, and counts for nobody when closed', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store)
      const closed = await store.commitStatus({ ...about(id, 1), actor: agent(ann) }, () => succeed('closed'))
      t.same(closed, succeed({ decisionId: null, version: 2 }))
      t.match(store.eventsAfter(store.lastSeq() - 1, [groupKey(queue)], 1), [
        { event: { kind: 'status-changed', status: 'closed', version: 2 } },
      ])
      t.same(store.designatedTo(groupKey(queue), ann.extension), [])
      await store.commitInbound(routed(inbound({ sender: number('+15550000001') }), store), (state) => {
        t.equal(state.openConversations.get(ann.extension) ?? 0, 0)
        return nobody(state)
      })
      const again = await store.commitStatus({ ...about(id), actor: agent(ann) }, () => succeed('closed'))
      t.same(again, succeed({ decisionId: null, version: 2 }), 'closing twice changes nothing')
      await store.commitStatus({ ...about(id), actor: agent(ann) }, () => succeed('open'))
      t.match(store.conversation(id), { status: 'open', version: 3, designated: '101' })
    })
  })

  await t.test('the outbox', async (t) => {
    await t.test('sends oldest first, and each conversation’s messages one by one', async (t) => {
      const store = opened(t)
      const one = await conversationWith(store)
      const two = await conversationWith(store, inbound({ sender: number('+15550000001') }))
      for (const [id, key] of [
        [one, 'a'],
        [one, 'b'],
        [two, 'c'],
      ] as const) {
        await reply(store, id, { key, text: key })
      }
      const claimed = await store.claimOutbox(startAt, 10)
      t.same(claimed.map(textOf), ['a', 'c'])
      t.same(await store.claimOutbox(startAt, 10), [], 'b waits for a')
      t.same(statesOf(store, one), ['queued', 'sending'])

      await store.settleOutbox(some(claimed[0]).id, retryAt(startAt + 1000), startAt)
      t.same(await store.claimOutbox(startAt + 999, 10), [], 'and b waits for a’s retry')
      t.same(statesOf(store, one), ['queued', 'queued'])
      const [again] = await store.claimOutbox(startAt + 1000, 10)
      t.match(again, { attempt: 2, message: { content: { text: 'a' } }, createdAt: startAt })

      let due = 0
      store.onOutbox(() => due++)
      await store.settleOutbox(some(again).id, taken('SM-out-1'), startAt)
      t.equal(due, 1, 'b may go now')
      t.same((await store.claimOutbox(startAt, 10)).map(textOf), ['b'])
      t.same(statesOf(store, one), ['sending', 'accepted'])
    })

    await t.test('claims no more than asked', async (t) => {
      const store = opened(t)
      for (let n = 0; n < 3; n++) {
        await reply(store, await conversationWith(store, inbound({ sender: number(`+1555000000${n}`) })), {
          key: `${n}`,
        })
      }
      t.equal((await store.claimOutbox(startAt, 2)).length, 2)
      t.equal((await store.claimOutbox(startAt, 2)).length, 1)
    })

    await t.test('keeps how each send ended', async (t) => {
      const store = opened(t)
      const failure = { code: 'unreachable', carrierCode: '30003', sentence: 'The phone is off.' } as const
      const outcomes = [
        [{ kind: 'taken', carrierMessageId: null, state: 'sent' }, 'sent', null],
        [{ kind: 'refused', failure }, 'failed', failure],
        [{ kind: 'unknown', reason: 'timeout' }, 'unknown', null],
      ] as const
      const id = await conversationWith(store)
      for (const [outcome, state, kept] of outcomes) {
        const { messageId } = value(await reply(store, id, { key: state }))
        const [item] = await store.claimOutbox(startAt, 1)
        await store.settleOutbox(some(item).id, { kind: 'done', outcome }, startAt)
        t.match(store.message(messageId), { state })
        t.same(store.message(messageId)?.failure, kept)
        await t.rejects(
          store.settleOutbox(some(item).id, { kind: 'done', outcome }, startAt),
          'nothing settles twice',
        )
      }
    })

    await t.test('carries phone alerts, which hold no message back', async (t) => {
      const store = opened(t)
      const receipt = await store.commitInbound(routed(inbound(), store), (state) => ({
        ...byQueue(state),
        alertPhone: ann.extension,
      }))
      const { conversationId, messageId } = committed(receipt)
      await reply(store, conversationId)
      const [alert, message] = await store.claimOutbox(startAt, 10)
      t.match(alert, { kind: 'phone-alert', extension: '101', conversationId, messageId, attempt: 1 })
      t.equal(message?.kind, 'message')
      const seq = store.lastSeq()
      await store.settleOutbox(some(alert).id, retryAt(startAt + 0.5), startAt)
      const [again] = await store.claimOutbox(startAt + 1, 10)
      t.match(again, { kind: 'phone-alert', attempt: 2 })
      await store.settleOutbox(some(again).id, taken(null), startAt)
      t.same(await store.claimOutbox(startAt + 1, 10), [])
      t.equal(store.lastSeq(), seq, 'an alert changes no message')
    })

    await t.test(
      'does not know what became of a send that a crash interrupted, and never repeats it',
      async (t) => {
        const database = makeDatabase(t)
        const before = database.open()
        const one = await conversationWith(before, inbound(), (state) => ({
          ...byQueue(state),
          alertPhone: ann.extension,
        }))
        const interrupted = value(await reply(before, one, { key: 'interrupted' })).messageId
        const waiting = value(await reply(before, one, { key: 'waiting' })).messageId
        t.equal((await before.claimOutbox(startAt, 10)).length, 2)
        await before.close()

        const store = opened(t, database)
        t.equal(await store.settleInterrupted(startAt + 1), 1)
        t.equal(store.message(interrupted)?.state, 'unknown')
        t.equal(store.message(waiting)?.state, 'queued')
        t.match(await store.claimOutbox(startAt + 1, 10), [{ message: { messageId: waiting } }])
        const { length } = store.eventsAfter(0, [groupKey(queue)], 100) ?? []
        t.ok(length > 0)
      },
    )
  })

  await t.test('a delivery report', async (t) => {
    const failure = { code: 'carrier-error', carrierCode: '30008', sentence: 'Unknown error.' } as const

    await t.test('moves a message forward only', async (t) => {
      const store = opened(t)
      const messageId = await sent(store, 'SM-out')
      const report = (state: 'sent' | 'delivered' | 'failed' | 'read') =>
        store.commitReport(twilio, { carrierMessageId: 'SM-out', state, failure: null }, startAt)
      const answers = []
      for (const state of ['delivered', 'sent', 'delivered', 'failed', 'read'] as const) {
        answers.push([await report(state), store.message(messageId)?.state])
      }
      t.same(answers, [
        ['changed', 'delivered'],
        ['unchanged', 'delivered'],
        ['unchanged', 'delivered'],
        ['unchanged', 'delivered'],
        ['changed', 'read'],
      ])
    })

    await t.test('of a failure says why', async (t) => {
      const store = opened(t)
      const messageId = await sent(store, 'SM-out')
      await store.commitReport(twilio, { carrierMessageId: 'SM-out', state: 'failed', failure }, startAt)
      t.match(store.message(messageId), { state: 'failed', failure })
      const [event] = store.eventsAfter(store.lastSeq() - 1, [groupKey(queue)], 1) ?? []
      t.match(event?.event, { kind: 'message-state-changed', messageId, state: 'failed' })
    })

    await t.test('that comes before the answer to its send is not lost', async (t) => {
      const store = opened(t)
      const { messageId } = value(await reply(store, await conversationWith(store)))
      const [item] = await store.claimOutbox(startAt, 1)
      for (const state of ['delivered', 'sent'] as const) {
        const early = await store.commitReport(
          twilio,
          { carrierMessageId: 'SM-out', state, failure: null },
          startAt,
        )
        t.equal(early, 'no-such-message')
      }
      await store.settleOutbox(some(item).id, taken('SM-out'), startAt)
      t.equal(store.message(messageId)?.state, 'delivered')
    })

    await t.test('that comes early and tells of a failure is not lost either', async (t) => {
      const store = opened(t)
      const { messageId } = value(await reply(store, await conversationWith(store)))
      const [item] = await store.claimOutbox(startAt, 1)
      await store.commitReport(twilio, { carrierMessageId: 'SM-out', state: 'failed', failure }, startAt)
      await store.settleOutbox(some(item).id, taken('SM-out'), startAt)
      t.match(store.message(messageId), { state: 'failed', failure })
    })

    await t.test('of nobody’s message changes nothing, nor does another carrier’s', async (t) => {
      const store = opened(t)
      const messageId = await sent(store, 'SM-out')
      const report = { carrierMessageId: 'SM-out', state: 'read', failure: null } as const
      t.equal(await store.commitReport(asCarrierId('other'), report, startAt), 'no-such-message')
      t.equal(
        await store.commitReport(twilio, { ...report, carrierMessageId: 'SM-none' }, startAt),
        'no-such-message',
      )
      t.equal(store.message(messageId)?.state, 'accepted')
    })
  })

  await t.test('lists', async (t) => {
    await t.test('conversations by activity, page by page', async (t) => {
      const store = opened(t)
      const ids: ConversationId[] = []
      for (let n = 0; n < 5; n++) {
        const to = n % 2 === 0 ? queue : otherQueue
        ids.push(await conversationWith(store, inbound({ sender: number(`+1555000000${n}`) }), byQueue, to))
      }
      await store.commitInbound(routed(inbound({ sender: number('+15550000000') }), store), byQueue)
      const order = [ids[0], ids[4], ids[3], ids[2], ids[1]]
      const seen: ConversationId[] = []
      for (let before: number | null = null; ; ) {
        const page = store.conversations({ ...all(), before, limit: 2 })
        seen.push(...page.items.map(({ id }) => id))
        before = page.next
        if (before === null) break
      }
      t.same(seen, order)
      t.same(
        store.conversations({ ...all(), groups: [groupKey(otherQueue)] }).items.map(({ id }) => id),
        [ids[3], ids[1]],
      )
      t.same(store.conversations({ ...all(), groups: [] }), { items: [], next: null })
      t.same(store.conversations({ ...all(), groups: [groupKey(group('9999'))] }).items, [])
      const both = store.conversations({ ...all(), groups: [groupKey(queue), groupKey(queue)] })
      t.equal(both.items.length, 3, 'a group named twice is listed once')
    })

    await t.test('conversations by status, agent and channel', async (t) => {
      const store = opened(t)
      const from = (n: number, more: Partial<InboundMessage> = {}) =>
        inbound({ sender: number(`+1555000000${n}`), ...more })
      const anns = await conversationWith(store, from(1))
      const bobs = await conversationWith(store, from(2, { channel: 'whatsapp' }))
      const nobodys = await conversationWith(store, from(3), nobody)
      const closed = await conversationWith(store, from(4, { channel: 'whatsapp' }), nobody)
      await store.commitStatus({ ...about(closed), actor: agent(ann) }, () => succeed('closed'))
      const ids = (query: Partial<Parameters<Store['conversations']>[0]>) =>
        store.conversations({ ...all(), ...query }).items.map(({ id }) => id)
      t.same(ids({ status: 'open' }), [nobodys, bobs, anns])
      t.same(ids({ status: 'closed' }), [closed])
      t.same(ids({ designated: { kind: 'agent', extension: bob.extension } }), [bobs])
      t.same(ids({ designated: { kind: 'nobody' } }), [closed, nobodys])
      t.same(ids({ designated: { kind: 'nobody' }, status: 'open' }), [nobodys])
      t.same(ids({ channel: 'whatsapp' }), [closed, bobs])
      await store.commitInbound(routed(from(1, { channel: 'whatsapp' }), store), byQueue)
      t.same(
        ids({ channel: 'whatsapp', status: 'open' }),
        [anns, bobs],
        'under every channel it has messages of',
      )
      t.same(ids({ channel: 'sms', status: 'open' }), [anns, nobodys])
    })

    await t.test('messages newest first', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store, inbound({ text: '0' }))
      for (const text of ['1', '2', '3', '4'])
        await store.commitInbound(routed(inbound({ text }), store), byQueue)
      const texts: string[][] = []
      for (let before: number | null = null; ; ) {
        const page = store.messages(id, before, 2)
        texts.push(page.items.map(({ content }) => (content.kind === 'text' ? content.text : '')))
        before = page.next
        if (before === null) break
      }
      t.same(texts, [['4', '3'], ['2', '1'], ['0']])
      t.same(store.messages(asConversationId('none'), null, 5), { items: [], next: null })
    })

    await t.test('who waits, the longest first', async (t) => {
      const store = opened(t)
      const from = (n: number) => inbound({ sender: number(`+1555000000${n}`), receivedAt: startAt - n })
      const first = await conversationWith(store, from(1), nobody)
      const second = await conversationWith(store, from(2), nobody)
      await conversationWith(store, from(3), byQueue)
      await conversationWith(store, from(1), nobody)
      t.same(waitingIn(store, groupKey(queue), 10), [first, second], 'by the order of commits, not by clocks')
      t.same(waitingIn(store, groupKey(queue), 1), [first])
      await store.commitDesignation(about(first), () => succeed(byHand('take', bob, bob)))
      t.same(waitingIn(store, groupKey(queue), 10), [second])
      t.same(
        store.messages(first, null, 10).items.map(({ mention }) => mention?.name),
        ['Bob', 'Bob'],
        'and what was unanswered mentions him',
      )
      t.same(waitingIn(store, groupKey(otherQueue), 10), [])
    })

    await t.test('nothing of what does not exist', async (t) => {
      const store = opened(t)
      t.equal(store.conversation(asConversationId('none')), null)
      t.equal(store.message(asMessageId('none')), null)
      t.equal(store.decision(asDecisionId('none')), null)
      t.same(store.decisions(asConversationId('none'), 5), [])
      t.equal(store.loadDirectory(), null)
      t.equal(store.lastSeq(), 0)
      t.same(store.ruleSet(), { version: 0, rules: [] })
    })
  })

  await t.test('events', async (t) => {
    await t.test('are told in order, after the commit, to every listener that still listens', async (t) => {
      const store = opened(t)
      const heard: CommittedEvent[] = []
      const stop = store.onCommitted(() => {
        throw new Error('this listener is broken')
      })
      store.onCommitted((events) => {
        for (const { event } of events) {
          if (event.kind === 'message-received')
            t.ok(store.message(event.messageId), 'it can be read already')
        }
        heard.push(...events)
      })
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          store.commitInbound(routed(inbound({ sender: number(`+1555000${1000 + n}`) }), store), byQueue),
        ),
      )
      stop()
      const id = await conversationWith(store)
      await reply(store, id)
      const stored = store.eventsAfter(0, [groupKey(queue)], 1000)
      t.same(heard, stored)
      t.same(
        heard.map(({ seq }) => seq),
        [...heard.keys()].map((index) => index + 1),
      )
      t.equal(store.lastSeq(), heard.length)
    })

    await t.test('are those of the asker’s groups, from his cursor on', async (t) => {
      const store = opened(t)
      await conversationWith(store, inbound(), nobody)
      await conversationWith(store, inbound(), nobody, otherQueue)
      await conversationWith(store, inbound(), nobody)
      const seqs = (seq: number, groups: Parameters<Store['eventsAfter']>[1], limit = 10) =>
        store.eventsAfter(seq, groups, limit)?.map((event) => event.seq)
      t.same(seqs(0, [groupKey(queue)]), [1, 3])
      t.same(seqs(1, [groupKey(queue), groupKey(otherQueue)]), [2, 3])
      t.same(seqs(0, [groupKey(queue), groupKey(otherQueue)], 2), [1, 2])
      t.same(seqs(3, [groupKey(queue)]), [])
      t.equal(store.eventsAfter(4, [groupKey(queue)], 10), null, 'a cursor that this history never gave')
    })

    await t.test('never carry a text', async (t) => {
      const store = opened(t)
      const id = await conversationWith(store, inbound({ text: 'the secret word' }))
      await reply(store, id, { text: 'the secret word too' })
      t.not(JSON.stringify(store.eventsAfter(0, [groupKey(queue)], 100)).includes('secret'), true)
    })

    await t.test('are forgotten by age, and their numbers never come again', async (t) => {
      const database = makeDatabase(t)
      const store = database.open()
      for (let n = 0; n < 3; n++) await conversationWith(store, inbound({ receivedAt: startAt + n }), nobody)
      t.equal(await store.pruneEvents(startAt + 2), 2)
      t.equal(store.eventsAfter(1, [groupKey(queue)], 10), null)
      t.equal(store.eventsAfter(2, [groupKey(queue)], 10)?.length, 1)
      t.equal(await store.pruneEvents(startAt + 9), 1)
      t.equal(store.lastSeq(), 3)
      await store.close()
      const again = opened(t, database)
      await conversationWith(again, inbound(), nobody)
      t.equal(again.lastSeq(), 4)
    })
  })

  await t.test('configuration', async (t) => {
    await t.test('keeps rules in order, each change a new version', async (t) => {
      const store = opened(t)
      await store.saveRule(rule('b', 2))
      await store.saveRule({ ...rule('a', 1), channels: ['sms'], enabled: false })
      t.same(store.ruleSet(), {
        version: 2,
        rules: [{ ...rule('a', 1), channels: ['sms'], enabled: false }, rule('b', 2)],
      })
      await store.saveRule(rule('a', 3))
      t.same(store.ruleSet(), { version: 3, rules: [rule('b', 2), rule('a', 3, 2)] })
      t.equal(await store.deleteRule(asRuleId('b')), 'deleted')
      t.same(await store.deleteRule(asRuleId('b')), { kind: 'stale', current: null })
      t.same(store.ruleSet(), { version: 4, rules: [rule('a', 3, 2)] })
    })

    await t.test('survives a restart', async (t) => {
      const database = makeDatabase(t)
      const account: CarrierAccount = {
        id: twilio,
        kind: 'twilio',
        name: 'Twilio',
        enabled: true,
        settings: { accountSid: 'AC1', numbers: ['+16313808000'] },
        secrets: { authToken: 'hush' },
      }
      const directory: Directory = {
        ...emptyDirectory(queue.pbxId),
        extensions: new Map([[ann.extension, { ...ann, devices: ['PJSIP/101'] }]]),
        groups: new Map([
          [groupKey(queue), { ref: queue, name: 'Support', strategy: 'rrmemory', members: [], foreign: [] }],
        ]),
        dids: ['16313808000'],
        didNames: new Map([['16313808000', 'Main line']]),
        schedules: new Map([
          ['time-condition/1', { kind: 'time-condition', id: '1', name: 'Office hours', open: true }],
        ]),
        portalUsers: [{ id: '7', name: 'Ann', extensions: [ann.extension] }],
        readAt: startAt,
      }
      const before = database.open()
      await before.saveRule(rule('a'))
      await before.saveCarrier({ ...account, name: 'first' })
      await before.saveCarrier(account)
      await before.saveDirectory({ ...directory, dids: [] })
      await before.saveDirectory(directory)
      const id = await conversationWith(before)
      const conversation = before.conversation(id)
      const { epoch } = before
      await before.close()

      const store = opened(t, database)
      t.equal(store.epoch, epoch)
      t.same(store.ruleSet(), { version: 1, rules: [rule('a')] })
      t.same(store.carriers(), [account])
      t.same(store.loadDirectory(), directory)
      t.same(store.conversation(id), conversation)
    })
  })

  await t.test('closing', async (t) => {
    await t.test('finishes what is under way and takes nothing more', async (t) => {
      const database = makeDatabase(t)
      const store = database.open()
      const underWay = store.commitInbound(routed(inbound(), store), byQueue)
      await store.close()
      const { conversationId } = committed(await underWay)
      await t.rejects(store.claimOutbox(startAt, 1), { code: 'closed' })
      const again = opened(t, database)
      t.ok(again.conversation(conversationId))
    })
  })
}

export const all = () =>
  ({
    groups: [groupKey(queue), groupKey(otherQueue)],
    status: 'all',
    designated: { kind: 'anyone' },
    channel: null,
    before: null,
    limit: 100,
  }) as const

export const agent = (who: typeof ann) => ({ kind: 'agent', ...who }) as const

export const about = (conversationId: ConversationId, expectedVersion: number | null = null) => ({
  conversationId,
  expectedVersion,
  at: startAt,
})

export function some<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('something is missing here')
  return value
}

export function value<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`refused: ${result.failure.code}`)
}

export function committed(receipt: Awaited<ReturnType<Store['commitInbound']>>) {
  if (receipt.kind === 'committed') return receipt
  throw new Error(`not committed: ${receipt.kind}`)
}

export async function conversationWith(
  store: Store,
  message = inbound(),
  decide: Parameters<Store['commitInbound']>[1] = byQueue,
  to = queue,
): Promise<ConversationId> {
  return committed(await store.commitInbound(routed(message, store, to), decide)).conversationId
}

interface ReplyGiven {
  readonly by?: typeof ann
  readonly text?: string
  readonly key?: string
  readonly takes?: boolean
}

const replyRequest = (
  conversationId: ConversationId,
  { by = ann, text = 'On its way', key = 'key' }: ReplyGiven = {},
) => ({
  conversationId,
  author: by,
  text,
  idempotencyKey: key,
  at: startAt,
})

export function reply(store: Store, conversationId: ConversationId, given: ReplyGiven = {}) {
  const { by = ann, takes = false } = given
  return store.commitReply(replyRequest(conversationId, given), ({ lastInbound }) =>
    succeed({ via: some(lastInbound), designation: takes ? byHand('reply', by, by) : null }),
  )
}

/** A message that the carrier took under this id. */
async function sent(store: Store, carrierMessageId: string) {
  const { messageId } = value(await reply(store, await conversationWith(store)))
  const [item] = await store.claimOutbox(startAt, 1)
  await store.settleOutbox(some(item).id, taken(carrierMessageId), startAt)
  return messageId
}

export const taken = (carrierMessageId: string | null) =>
  ({ kind: 'done', outcome: { kind: 'taken', carrierMessageId, state: 'accepted' } }) as const

const retryAt = (notBefore: number) => ({ kind: 'retry', notBefore, reason: '429' }) as const

const textOf = (item: OutboxItem): string | null =>
  item.kind === 'message' ? item.message.content.text : null

function withoutId(item: OutboxItem): object {
  const { id, ...rest } = item
  if (id === '') throw new Error('an outbox item without an id')
  return rest
}

const statesOf = (store: Store, id: ConversationId) =>
  store
    .messages(id, null, 10)
    .items.filter(({ direction }) => direction === 'out')
    .map(({ state }) => state)

const rule = (id: string, position = 1, version = 1): MessageRule => ({
  ...ruleDefaults,
  version,
  id: asRuleId(id),
  name: `Rule ${id}`,
  position,
  enabled: true,
  dids: [number('+16313808000'), { kind: 'short-code', value: '12345' }],
  channels: null,
  destination: queue,
})
