import type { ConversationSummary, SearchHit, SearchPage, SearchQuery } from '../../app/ports/stored.ts'
import type { ConversationStatus } from '../../domain/conversation.ts'
import { asMessageId, groupOfKey, type Millis, type Seq } from '../../domain/ids.ts'
import { type MessageContent, wordsOf } from '../../domain/message/message-content.ts'
import { type SearchTerms, searchTerms, snippetOf } from '../../domain/message/search-words.ts'
import type { Connection } from '../database/connection.ts'
import type { GroupTable } from '../tables/group-table.ts'
import { type ConversationList, listedBits } from './conversation-list.ts'
import { matchOf } from './message-search.ts'
import { parseJson } from './stored-json.ts'

/** So many of the newest messages that have the words are looked at: whoever searches `hello` wants no more. */
const mostMessages = 5000
const mostCustomers = 500
const mostNamed = 20
/** What a trigram can be looked up by. */
const shortestName = 3
const longestQuery = 200

interface Hit {
  readonly seq: Seq
  readonly pk: number
}

interface HitText {
  readonly id: string
  readonly direction: 'in' | 'out' | 'note'
  readonly content: string | null
  readonly text: string | null
  readonly at: Millis
}

/** Reading by words. Nothing that anybody types is part of a query's syntax. */
export function createSearch(db: Connection, groups: GroupTable, list: ConversationList) {
  const wanted = 'AND (+$status IS NULL OR c.status = +$status) AND c.channels & +$bits'
  // A conversation stands at its newest hit, so a later page never repeats one.
  const messages = db.prepare<[object], Hit>(
    `SELECT max(seq) AS seq, pk FROM (
       SELECT message_search.rowid AS seq, c.pk FROM message_search
         LEFT JOIN messages m ON m.seq = message_search.rowid
         LEFT JOIN notes n ON n.seq = message_search.rowid
         JOIN conversations c ON c.pk = coalesce(m.conversation_pk, n.conversation_pk)
        WHERE message_search MATCH $match ${wanted}
        ORDER BY message_search.rowid DESC LIMIT ${mostMessages})
      GROUP BY pk HAVING max(seq) < +$before ORDER BY 1 DESC LIMIT +$limit`,
  )
  const byName = db
    .prepare<[string, number], number>(
      'SELECT rowid FROM customer_search WHERE customer_search MATCH ? LIMIT ?',
    )
    .pluck()
  const byPart = db
    .prepare<[string, number], number>(
      `SELECT pk FROM customers WHERE name LIKE '%' || ? || '%' ESCAPE '\\' ORDER BY pk DESC LIMIT ?`,
    )
    .pluck()
  const ofCustomer = db.prepare<[object], { pk: number; group_pk: number; place: Seq }>(
    `SELECT c.pk, c.group_pk, c.activity_seq AS place FROM conversations c
      WHERE c.customer_pk = +$customer ${wanted}`,
  )
  const hitText = db.prepare<[Seq, Seq], HitText>(
    `SELECT id, direction, content, NULL AS text, at FROM messages WHERE seq = +?
     UNION ALL SELECT id, 'note', NULL, text, at FROM notes WHERE seq = +?`,
  )

  function named(text: string, groupPks: readonly number[], filter: object): readonly ConversationSummary[] {
    const visible = new Set(groupPks)
    return customers(text)
      .flatMap((customer) => ofCustomer.all({ ...filter, customer }))
      .filter(({ group_pk }) => visible.has(group_pk))
      .sort((a, b) => b.place - a.place)
      .slice(0, mostNamed)
      .map(({ pk }) => list.byPk(pk))
  }

  function customers(text: string): readonly number[] {
    const digits = text.replace(/[\s().+\-/]/g, '')
    const parts = /^\d+$/.test(digits) ? [digits] : text.split(/\s+/).filter((part) => part !== '')
    const long = parts.filter((part) => Array.from(part).length >= shortestName)
    if (long.length > 0) return byName.all(long.map(quoted).join(' AND '), mostCustomers)
    // Two characters are a whole name to many; one is none, and digits are no name.
    const [short] = parts
    if (short === undefined || short.length < 2 || /^\d+$/.test(short)) return []
    return byPart.all(short.replace(/[\\%_]/g, '\\$&'), mostCustomers)
  }

  function hitAt({ seq, pk }: Hit, terms: SearchTerms): SearchHit {
    const found = hitText.get(seq, seq)
    if (found === undefined) throw new Error('a message vanished while it was read')
    const { id, direction, content, text, at } = found
    const said = text ?? (content === null ? '' : wordsOf(parseJson<MessageContent>(content)))
    const message = { id: asMessageId(id), direction, at, snippet: snippetOf(said, terms) }
    return { conversation: list.byPk(pk), message }
  }

  return (query: SearchQuery): SearchPage => {
    const text = query.text.replaceAll('\0', ' ').slice(0, longestQuery).trim()
    const groupPks = [...new Set(query.groups)].flatMap((key) => groups.find(groupOfKey(key)) ?? [])
    if (text === '' || groupPks.length === 0) return { conversations: [], items: [], next: null }
    const filter: { status: ConversationStatus | null; bits: number } = {
      status: query.status,
      bits: listedBits(query.channel),
    }
    const terms = searchTerms(text)
    const before = query.before ?? Number.MAX_SAFE_INTEGER
    const hits =
      terms.length === 0
        ? []
        : messages.all({ ...filter, before, match: matchOf(terms, groupPks), limit: query.limit + 1 })
    const shown = hits.slice(0, query.limit)
    return {
      conversations: query.before === null ? named(text, groupPks, filter) : [],
      items: shown.map((hit) => hitAt(hit, terms)),
      next: hits.length > query.limit ? (shown.at(-1)?.seq ?? null) : null,
    }
  }
}

/** As FTS5 takes a string: whatever is in it. */
const quoted = (part: string): string => `"${part.replaceAll('"', '""')}"`
