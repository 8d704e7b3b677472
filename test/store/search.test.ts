import { join } from 'node:path'
import t from 'tap'
import type { SearchQuery } from '../../module/app/ports/stored.ts'
import type { GroupRef } from '../../module/domain/ids.ts'
import { asMessageId, groupKey } from '../../module/domain/ids.ts'
import { searchTerms, searchWords, snippetOf } from '../../module/domain/message/search-words.ts'
import { openConnection } from '../../module/store/database/connection.ts'
import { migrate, readMigrations } from '../../module/store/database/migrations.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import {
  ann,
  byQueue,
  clock,
  inbound,
  newId,
  number,
  otherQueue,
  queue,
  routed,
  scratchFolder,
  secretKey,
  startAt,
} from './store-samples.ts'

t.test('words as they are searched', async (t) => {
  t.same(searchTerms('  Crème BRÛLÉE crème '), ['creme', 'brulee'])
  t.same(searchTerms('(954) 278-80'), ['95427880'], 'a number in any writing')
  t.same(searchTerms('"*^ OR () NEAR:'), ['or', 'near'], 'no sign is anything')
  t.same(searchTerms('注文'), ['注', '文'])
  t.same(searchTerms('\u{E000}g1 💡'), ['g1', '💡'], 'nobody types a group')
  t.ok(searchTerms('a b c d e f g h i j k').length <= 8)
  t.match(searchWords('order 20417'), /\b0417\b.*\b417\b/)
  t.notMatch(searchWords('(954) 278-8086'), /[()-]/)
  t.ok(searchWords('9'.repeat(4000)).length < 8000, 'a long number costs no more than a short one')

  const marked = (text: string, query: string) => {
    const snippet = snippetOf(text, searchTerms(query))
    return snippet.marks.map(([from, to]) => snippet.text.slice(from, to))
  }
  t.same(marked('Where is my lámp? The LAMPS are late', 'lamp'), ['lámp', 'LAMPS'])
  t.same(marked('Call (954) 278-8086 now', '2788'), ['(954) 278-8086'.slice(1)])
  t.same(marked('私の注文はどこ', '注文'), ['私の注文はどこ'])
  const far = snippetOf(`${'word '.repeat(100)}needle ${'word '.repeat(100)}`, ['needle'])
  t.match(far.text, /^….*needle.*…$/)
  t.ok(far.text.length < 130)
  t.equal(far.text.slice(...(far.marks[0] as [number, number])), 'needle')
  t.notMatch(
    snippetOf('💡'.repeat(200), ['x']).text,
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/,
    'no half characters',
  )
})

t.test('search in the store', async (t) => {
  const store = openSqliteStore({ file: join(scratchFolder(t), 'p.db'), newId, secretKey, clock })
  t.teardown(() => store.close())
  const said = (text: string, from: string, name: string | null = null, to: GroupRef = queue) =>
    store.commitInbound(routed(inbound({ text, sender: number(from), senderName: name }), store, to), byQueue)
  const find = (text: string, more: Partial<SearchQuery> = {}) =>
    store.search({
      text,
      groups: [groupKey(queue)],
      status: null,
      channel: null,
      before: null,
      limit: 10,
      ...more,
    })
  const texts = async (text: string, more: Partial<SearchQuery> = {}) =>
    (await find(text, more)).items.map(({ message }) => message.snippet.text)
  const names = async (text: string, more: Partial<SearchQuery> = {}) =>
    (await find(text, more)).conversations.map(({ customer }) => customer.name)

  await said('Where is my lámp?', '+19542788086', 'Zoë Müller')
  await said('It is order 20417', '+19542788086')
  await said('Do you ship lamps to Łódź?', '+14155550132', 'Łukasz')
  await said('The lamp of the other group', '+13055550188', 'Secret', otherQueue)
  await said('My number is (212) 555-0199.', '+33140205050', '李明')

  await t.test('by any word’s beginning, without case and accents', async (t) => {
    t.same(await texts('LAMP'), ['Do you ship lamps to Łódź?', 'Where is my lámp?'], 'newest first')
    t.same(await texts('lodz ship'), ['Do you ship lamps to Łódź?'], 'all words')
    t.same(await texts('lamp order'), [], 'in one message')
    t.same(await texts('lamp', { groups: [] }), [])
    t.same(await texts('lamp', { groups: [groupKey(otherQueue)] }), ['The lamp of the other group'])
    t.equal((await texts('lamp', { groups: [groupKey(queue), groupKey(otherQueue)] })).length, 3)
  })

  await t.test('by any part of a number', async (t) => {
    t.same(await texts('0417'), ['It is order 20417'])
    t.same(await texts('5550199'), ['My number is (212) 555-0199.'])
    t.same(await names('278-80'), ['Zoë Müller'])
    t.same(await names('(954) 278'), ['Zoë Müller'])
    t.same(await names('+1954'), ['Zoë Müller'])
    t.same(await names('0188'), [], 'not of another group')
  })

  await t.test('by name', async (t) => {
    t.same(await names('zoe mull'), ['Zoë Müller'])
    t.same(await names('李明'), ['李明'])
    t.same(await names('secret'), [])
  })

  await t.test('what is typed is never syntax', async (t) => {
    const hostile = [
      '"',
      '""',
      "'",
      '*',
      '^lamp',
      'lamp*',
      'lamp"',
      'lamp AND',
      'words:lamp',
      '(lamp',
      ')',
      '-lamp',
    ]
    hostile.push(
      'NEAR(lamp)',
      '\0lamp',
      '%',
      '_',
      '\\',
      '\u{E000}g2',
      '{lamp}',
      'lamp + lamp',
      '💥'.repeat(300),
    )
    for (const text of hostile) {
      const { items, conversations } = await find(text)
      t.ok(items.length <= 2 && conversations.length <= 3, JSON.stringify(text))
      t.notOk(items.some(({ message }) => message.snippet.text.includes('other group')))
    }
    t.same(await names('%%'), [])
  })

  await t.test('by status and channel, page by page', async (t) => {
    const [first] = (await find('ukasz')).conversations
    if (first === undefined) throw new Error('not found')
    await store.commitStatus(
      { conversationId: first.id, expectedVersion: null, at: startAt, actor: { kind: 'pbx', name: 'PBX' } },
      () => ({ ok: true, value: 'closed' }),
    )
    t.same(await texts('lamp', { status: 'open' }), ['Where is my lámp?'])
    t.same(await texts('lamp', { status: 'closed' }), ['Do you ship lamps to Łódź?'])
    t.same(await texts('lamp', { channel: 'whatsapp' }), [])
    for (let n = 0; n < 7; n++) await said(`paged ${n}`, `+1700555010${n % 5}`)
    const seen: string[] = []
    for (let before: SearchQuery['before'] = null; ; ) {
      const page = await find('paged', { limit: 2, before })
      seen.push(...page.items.map(({ conversation }) => conversation.id))
      if (page.next === null) break
      before = page.next
    }
    t.equal(seen.length, 5)
    t.equal(new Set(seen).size, 5, 'each conversation once')
  })

  await t.test('notes, and what was there before the search was', async (t) => {
    const [hit] = (await find('lamp')).items
    if (hit === undefined) throw new Error('not found')
    await store.commitNote({
      conversationId: hit.conversation.id,
      author: ann,
      text: 'Knows the director',
      mentions: [],
      idempotencyKey: 'key',
      at: startAt,
    })
    t.match((await find('director')).items[0]?.message, { direction: 'note' })

    const file = join(scratchFolder(t), 'old.db')
    const db = openConnection({ file })
    migrate(
      db,
      readMigrations().filter(({ name }) => name < '0009_search.sql'),
      0,
    )
    db.exec(`INSERT INTO groups VALUES (1, 'main', 'queue', '8000', NULL);
      INSERT INTO customers VALUES (1, 'u', '+19542788086', 'Jane Doe', 0);
      INSERT INTO customer_addresses VALUES ('+19542788086', 1);
      INSERT INTO conversations (pk, id, customer_pk, group_pk, status, opened_at, channels) VALUES (1, 'c', 1, 1, 'open', 0, 1);
      INSERT INTO messages (seq, id, conversation_pk, direction, channel, carrier_id, did, peer, content, author, at)
        VALUES (1, 'm', 1, 'in', 'sms', 'x', '+1', '+1', '{"kind":"text","text":"An old lamp","media":[]}', '{}', 0);`)
    db.close()
    const old = openSqliteStore({ file, newId, secretKey, clock })
    t.teardown(() => old.close())
    const query = { groups: [groupKey(queue)], status: null, channel: null, before: null, limit: 10 } as const
    t.match(await old.search({ ...query, text: 'lamp' }), { items: [{ message: { id: asMessageId('m') } }] })
    t.match(await old.search({ ...query, text: 'jane' }), {
      conversations: [{ customer: { name: 'Jane Doe' } }],
    })
    t.match(await old.search({ ...query, text: '278' }), { conversations: [{ id: 'c' }] })
  })

  await t.test('a later name is found, the earlier no more', async (t) => {
    const file = join(scratchFolder(t), 'names.db')
    const named = openSqliteStore({ file, newId, secretKey, clock })
    const from = number('+19542788086')
    await named.commitInbound(routed(inbound({ sender: from }), named), byQueue)
    const query = { groups: [groupKey(queue)], status: null, channel: null, before: null, limit: 10 } as const
    t.equal((await named.search({ ...query, text: 'jane' })).conversations.length, 0)
    await named.commitInbound(routed(inbound({ sender: from, senderName: 'Jane Doe' }), named), byQueue)
    t.equal((await named.search({ ...query, text: 'jane' })).conversations.length, 1)
    await named.close()
    const db = openConnection({ file })
    db.exec("UPDATE customers SET name = 'Joan Roe'; DELETE FROM messages WHERE 0")
    const count = (word: string) =>
      db.prepare('SELECT count(*) FROM customer_search WHERE words MATCH ?').pluck().get(`"${word}"`)
    t.same([count('jane'), count('joan'), count('278')], [0, 1, 1])
    db.close()
  })

  await t.test('a search keeps nobody waiting, and what breaks off says so', async (t) => {
    const file = join(scratchFolder(t), 'thread.db')
    const other = openSqliteStore({ file, newId, secretKey, clock })
    const query = { groups: [groupKey(queue)], status: null, channel: null, before: null, limit: 10 } as const
    const many = Promise.all(Array.from({ length: 20 }, () => other.search({ ...query, text: 'lamp' })))
    t.equal((await many).length, 20)
    const broken = other.search({ ...query, text: 'lamp' })
    const said = t.rejects(broken, /closed/)
    await other.close()
    await said
  })

  await t.test('counts stop where nobody counts further', async (t) => {
    const query = { groups: [groupKey(queue)], channel: null, extension: ann.extension, most: 1000 } as const
    const { all, mine, unassigned } = store.counts(query)
    t.equal(all, 7)
    t.ok(mine > 0 && mine < all)
    t.equal(unassigned, 0)
    t.equal(store.counts({ ...query, channel: 'whatsapp' }).all, 0)
    t.equal(store.counts({ ...query, most: 3 }).all, 3)
  })
})
