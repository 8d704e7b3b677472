import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Store } from '../../module/app/ports/store.ts'
import type { OutboxItem } from '../../module/app/ports/store-requests.ts'
import { succeed } from '../../module/domain/failures.ts'
import { asConversationId, asMessageId, type ConversationId, groupKey } from '../../module/domain/ids.ts'
import { autoReplyWindowMs, mostPerSender } from '../../module/domain/message/auto-reply.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { openSqliteStore, storeOn } from '../../module/store/sqlite-store.ts'
import { agentsOwnContract, readerOf, wishing } from './agents-own-contract.ts'
import { about, agent, all, committed, conversationWith, reply, some, taken } from './store-contract.ts'
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
} from './store-samples.ts'

const options = { newId, secretKey, clock }
const groups = [groupKey(queue), groupKey(otherQueue)]

await agentsOwnContract(t, (t) => {
  const file = join(scratchFolder(t), 'parley.db')
  t.teardown(() => {
    const faults = faultsOf(file)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  })
  return { open: () => openSqliteStore({ file, ...options }) }
})

/** Runs a scene on a fresh database, and looks at what it left on disk. */
async function onFreshStore(folder: string, run: number, scene: (store: Store) => Promise<void>) {
  const file = join(folder, `${run}.db`)
  const store = openSqliteStore({ file, ...options })
  try {
    await scene(store)
  } finally {
    await store.close()
  }
  const faults = faultsOf(file)
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

const small = fc.nat({ max: 3 })
const customers = ['+15550001000', '+15550001001'] as const
const dids = ['+16313808000', '+16313808001'] as const

t.test('an opt-out never leaks a message, whatever comes between what', async (t) => {
  const step = fc.record({
    do: fc.constantFrom(
      'stop',
      'start',
      'hello',
      'hello',
      'reply',
      'reply',
      'claim',
      'claim',
      'settle',
      'refuse',
      'admin',
    ),
    who: fc.nat({ max: 1 }),
    did: fc.nat({ max: 1 }),
    n: small,
  })
  const folder = scratchFolder(t)
  const waves = fc.array(fc.array(step, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 8 })
  let runs = 0
  let claimedInAll = 0
  let refusedInAll = 0
  await fc.assert(
    fc.asyncProperty(waves, (waves) =>
      onFreshStore(folder, runs++, async (store) => {
        // What is so when a verb is called is so when it runs: the store keeps their order.
        const optedOut = new Set<string>()
        const lastDid = new Map<string, string>()
        const claimed: OutboxItem[] = []
        let at = startAt
        let key = 0

        const conversations = new Map<string, ConversationId>()
        for (const who of customers) {
          conversations.set(who, await conversationWith(store, inbound({ sender: number(who) })))
          lastDid.set(who, dids[0])
        }

        async function say(who: string, did: string, text: string): Promise<void> {
          lastDid.set(who, did)
          if (text === 'STOP') optedOut.add(`${who} ${did}`)
          if (text === 'START') optedOut.delete(`${who} ${did}`)
          const message = inbound({ sender: number(who), did: number(did), text, receivedAt: at })
          await store.commitInbound(routed(message, store), wishing('Back at nine', byQueue))
        }

        async function answer(who: string): Promise<void> {
          const refused = optedOut.has(`${who} ${lastDid.get(who)}`)
          const result = await reply(store, some(conversations.get(who)), {
            key: `key-${key++}`,
            text: `${key}`,
          })
          if (result.ok === refused) throw new Error(`a reply was ${refused ? 'taken' : 'refused'}`)
          if (refused) refusedInAll++
        }

        async function claim(): Promise<void> {
          const barred = new Set(optedOut)
          for (const item of await store.claimOutbox(at, 10)) {
            claimed.push(item)
            claimedInAll++
            if (item.kind !== 'message') continue
            const { to, from } = item.message
            if (barred.has(`${to.value} ${from.value}`))
              throw new Error('a message left for one who opted out')
          }
        }

        /** A retry goes through the gate once more. A carrier's refusal counts for messages since the last word. */
        async function settle(how: number): Promise<void> {
          const item = claimed.shift()
          if (item === undefined) return
          if (how % 2 === 0)
            return store.settleOutbox(item.id, { kind: 'retry', notBefore: at, reason: '429' }, at)
          return store.settleOutbox(item.id, taken(null), at)
        }

        async function refuse(): Promise<void> {
          const item = claimed.shift()
          if (item === undefined || item.kind !== 'message') return
          const failure = { code: 'opted-out', carrierCode: '21610', sentence: 'No.' } as const
          const { to, from } = item.message
          const [word] = store.optOutChanges(to, from, 1)
          if (word === undefined || word.at <= item.createdAt) optedOut.add(`${to.value} ${from.value}`)
          await store.settleOutbox(item.id, { kind: 'done', outcome: { kind: 'refused', failure } }, at)
        }

        async function administer(who: string, did: string, out: boolean): Promise<void> {
          if (out) optedOut.add(`${who} ${did}`)
          else optedOut.delete(`${who} ${did}`)
          await store.setOptOut({
            customer: number(who),
            did: number(did),
            optedOut: out,
            source: 'admin',
            actor: { kind: 'admin', id: 'a', name: 'Olga' },
            reason: 'asked',
            at,
          })
        }

        for (const wave of waves) {
          at += 60_000
          const settling = wave.filter((each) => each.do === 'settle' || each.do === 'refuse')
          await Promise.all(
            wave.map((each) => {
              const who = customers[each.who] ?? customers[0]
              const did = dids[each.did] ?? dids[0]
              switch (each.do) {
                case 'stop':
                  return say(who, did, 'STOP')
                case 'start':
                  return say(who, did, 'START')
                case 'hello':
                  return say(who, did, `Hello ${each.n}`)
                case 'reply':
                  return answer(who)
                case 'claim':
                  return claim()
                case 'admin':
                  return administer(who, did, each.n % 2 === 0)
                default:
                  return undefined
              }
            }),
          )
          // These speak of what was claimed before, so they come after the wave, one by one.
          for (const each of settling) await (each.do === 'settle' ? settle(each.n) : refuse())
        }
        await claim()
        const stored = new Set(
          store.optOuts(null, 100).items.map(({ customer, did }) => `${customer.address.value} ${did.value}`),
        )
        if ([...stored].sort().join() !== [...optedOut].sort().join())
          throw new Error(`opted out: ${[...stored].join()}, and should be ${[...optedOut].join()}`)
        for (const id of conversations.values()) {
          const replies = store
            .messages(id, null, 200)
            .items.filter(({ author }) => author.kind === 'pbx')
            .map((message) => message.at)
          const crowded = replies.some(
            (from) =>
              replies.filter((each) => each >= from && each < from + autoReplyWindowMs).length >
              mostPerSender,
          )
          if (crowded) throw new Error('too many auto-replies')
        }
      }),
    ),
    { numRuns: 40 },
  )
  t.ok(runs >= 40, `${runs} runs`)
  t.ok(claimedInAll > 20 && refusedInAll > 10, `${claimedInAll} claimed, ${refusedInAll} replies refused`)
})

t.test('what is unread equals a naive count, whatever happens', async (t) => {
  const step = fc.record({
    do: fc.constantFrom(
      'inbound',
      'inbound',
      'inbound',
      'read',
      'read',
      'note',
      'reply',
      'status',
      'give',
      'mute',
    ),
    who: fc.nat({ max: 2 }),
    which: small,
    n: fc.nat({ max: 9 }),
  })
  const folder = scratchFolder(t)
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) =>
      onFreshStore(folder, runs++, async (store) => {
        const conversations: ConversationId[] = []
        const marks = new Map<string, number>()
        const closedAt = new Map<string, number>()
        const muted = new Set<string>()
        const raise = (who: typeof ann, id: string, seq: number) => {
          const key = `${who.extension} ${id}`
          marks.set(key, Math.max(marks.get(key) ?? 0, seq))
        }
        const newest = (id: ConversationId) => some(store.thread(id, null, 1).items[0]).seq

        for (const [index, each] of steps.entries()) {
          const who = staff[each.who] ?? ann
          const id = conversations[each.which % Math.max(1, conversations.length)]
          const reader = readerOf(who)
          if (each.do === 'inbound' || id === undefined) {
            const message = inbound({ sender: number(`+1555000100${each.which}`) })
            const to = each.n % 3 === 0 ? otherQueue : queue
            const decide = each.n % 2 === 0 ? byQueue : nobody
            const receipt = committed(await store.commitInbound(routed(message, store, to), decide))
            if (!conversations.includes(receipt.conversationId)) conversations.push(receipt.conversationId)
          } else if (each.do === 'read') {
            const entries = store.thread(id, null, 100).items
            const through = some(entries[each.n % entries.length])
            await store.markRead({ reader, conversationId: id, through: through.id, at: startAt })
            raise(who, id, through.seq)
          } else if (each.do === 'note') {
            const mentions = staff.filter((_, n) => ((each.n >> n) & 1) === 1)
            await store.commitNote({
              conversationId: id,
              author: who,
              text: 'a note',
              mentions,
              idempotencyKey: `note-${index}`,
              at: startAt,
            })
            raise(who, id, newest(id))
          } else if (each.do === 'reply') {
            const result = await reply(store, id, { by: who, key: `reply-${index}`, takes: each.n === 0 })
            if (result.ok) raise(who, id, some(store.message(result.value.messageId)).seq)
          } else if (each.do === 'status') {
            const status = each.n % 2 === 0 ? 'closed' : 'open'
            const changes = store.conversation(id)?.status !== status
            await store.commitStatus({ ...about(id), actor: agent(who) }, () => succeed(status))
            if (changes && status === 'closed') closedAt.set(id, store.lastSeq())
          } else if (each.do === 'give') {
            await store.commitDesignation(about(id), () =>
              succeed(byHand('reassign', ann, staff[each.n] ?? null)),
            )
          } else {
            const on = each.n % 2 === 0
            await store.savePreferences({ reader, conversationId: id, muted: on, pinned: null, at: startAt })
            if (on) muted.add(`${who.extension} ${id}`)
            else muted.delete(`${who.extension} ${id}`)
          }
        }

        for (const who of staff) {
          const sum = { unreadMessages: 0, unreadConversations: 0, mentions: 0, mentioningConversations: 0 }
          for (const id of conversations) {
            const from = Math.max(marks.get(`${who.extension} ${id}`) ?? 0, closedAt.get(id) ?? 0)
            const after = store.thread(id, null, 1000).items.filter(({ seq }) => seq > from)
            const unread = after.filter(({ direction }) => direction === 'in').length
            const mentionsMe = after.filter((each) =>
              each.direction === 'note'
                ? each.mentions.some(({ extension }) => extension === who.extension)
                : each.mention?.extension === who.extension,
            ).length
            const state = some(store.personal(readerOf(who), [id]).get(id))
            if (state.unread !== unread || state.mentionsMe !== mentionsMe)
              throw new Error(
                `${who.name}: ${state.unread} unread of ${unread}, ${state.mentionsMe} mentions of ${mentionsMe}`,
              )
            sum.mentions += mentionsMe
            if (mentionsMe > 0) sum.mentioningConversations += 1
            const counts = store.conversation(id)?.status === 'open' && !muted.has(`${who.extension} ${id}`)
            if (!counts || unread === 0) continue
            sum.unreadMessages += unread
            sum.unreadConversations += 1
          }
          const totals = store.unreadTotals(readerOf(who), groups)
          if (JSON.stringify(totals) !== JSON.stringify(sum))
            throw new Error(`${who.name}: ${JSON.stringify(totals)} instead of ${JSON.stringify(sum)}`)
        }
      }),
    ),
    { numRuns: 40 },
  )
  t.ok(runs >= 40, `${runs} runs`)
})

t.test('counts stay quick among 100,000 messages', async (t) => {
  const db = openConnection({ file: join(scratchFolder(t), 'parley.db') })
  const store = storeOn(db, options)
  t.teardown(() => store.close())
  await conversationWith(store, inbound(), nobody)
  // 5000 conversations of 20 messages, half of them mentioning Ann, and one of her own with 10,000.
  db.exec(`
    INSERT INTO customers (pk, id, address, created_at)
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
      SELECT i, 'customer-' || i, '+1555' || i, 0 FROM n;
    INSERT INTO conversations (id, customer_pk, group_pk, status, opened_at, channels, activity_seq, inbound_count)
      SELECT 'conversation-' || pk, pk, 1, 'open', 0, 1, pk + 10, 20 FROM customers WHERE pk > 1;
    INSERT INTO messages (seq, id, conversation_pk, direction, channel, carrier_id, did, peer, content, mention,
                          mention_name, author, at)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      SELECT 100 + i, 'message-' || i, iif(i <= 10000, 2, 2 + i % 5000), 'in', 'sms', 'twilio-main', '+1', '+2',
             '{"kind":"text","text":"x","media":[]}', iif(i % 2 = 0, '101', NULL), iif(i % 2 = 0, 'Ann', NULL),
             '{"kind":"customer","name":"x"}', 0 FROM n;
    UPDATE conversations SET inbound_count = (SELECT count(*) FROM messages m WHERE m.conversation_pk = conversations.pk)
      WHERE pk > 1;
    INSERT INTO agent_conversations (pbx_id, extension, conversation_pk, mentions)
      SELECT 'main', '101', conversation_pk, count(*) FROM messages WHERE mention = '101' GROUP BY conversation_pk;
    UPDATE sqlite_sequence SET seq = 200000 WHERE name = 'events'`)
  const reader = readerOf(ann)
  const clocked = (times: number, work: () => unknown): number => {
    const from = performance.now()
    for (let n = 0; n < times; n++) work()
    return (performance.now() - from) / times
  }
  const totals = store.unreadTotals(reader, groups)
  t.match(totals, { unreadMessages: 100_001, unreadConversations: 5001, mentions: 50_000 })
  const totalsMs = clocked(10, () => store.unreadTotals(reader, groups))
  t.ok(totalsMs < 200, `totals of 5,000 unread conversations: ${totalsMs.toFixed(2)} ms`)
  const pageMs = clocked(10, () => {
    const { items } = store.conversations({ ...all(), reader, limit: 50 })
    store.personal(
      reader,
      items.map(({ id }) => id),
    )
  })
  t.ok(pageMs < 50, `a page of 50 with its counts: ${pageMs.toFixed(2)} ms`)

  const big = asConversationId('conversation-2')
  const from = performance.now()
  const read = await store.markRead({
    reader,
    conversationId: big,
    through: asMessageId('message-9990'),
    at: startAt,
  })
  const readMs = performance.now() - from
  t.match(read, { value: { unread: 10 + 18, mentionsMe: 5 + 18 } })
  t.ok(readMs < 1000, `reading 10,000 messages at once: ${readMs.toFixed(2)} ms`)
  const reading = db.prepare<[], { detail: string }>(
    `EXPLAIN QUERY PLAN SELECT count(*) FROM messages WHERE conversation_pk = 1 AND direction = 'in' AND seq > 2 AND seq <= 9`,
  )
  t.match(some(reading.all()[0]).detail, /USING COVERING INDEX messages_inbound/)
})
