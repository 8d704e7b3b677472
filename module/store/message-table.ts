import type { StoredMessage } from '../app/ports/stored.ts'
import { type Address, addressKey, addressOfKey } from '../domain/address.ts'
import type { AnsweredMeanwhile } from '../domain/conversation.ts'
import type { DeliveryState, SendFailure } from '../domain/delivery.ts'
import {
  asConversationId,
  asMessageId,
  type CarrierId,
  type Extension,
  type MessageId,
  type Millis,
  type Seq,
} from '../domain/ids.ts'
import type { Actor, Channel } from '../domain/message.ts'
import { type MessageContent, wordsOf } from '../domain/message-content.ts'
import type { Connection } from './connection.ts'
import type { MediaTable } from './media-table.ts'
import { createMessageSearch } from './message-search.ts'
import { parseJson, parseNullableJson } from './stored-json.ts'

export interface NewMessage {
  readonly seq: Seq
  readonly id: MessageId
  readonly conversationPk: number
  readonly direction: 'in' | 'out'
  readonly channel: Channel
  readonly carrierId: CarrierId
  /** Null for outbound ones, until the carrier takes them. */
  readonly carrierMessageId: string | null
  readonly did: Address
  readonly peer: Address
  readonly content: MessageContent
  readonly mention: { readonly extension: Extension; readonly name: string } | null
  readonly author: Actor
  readonly state: DeliveryState | null
  readonly carrierAt: Millis | null
  readonly at: Millis
}

export interface MessageTable {
  insert(message: NewMessage): void
  /** Inbound messages that nobody answered and that mention nobody get this agent; a mention once given stays. */
  mentionUnanswered(conversationPk: number, settledSeq: Seq, extension: Extension, name: string): void
  lastInbound(conversationPk: number): Seq | null
  /** The last reply after a message, by another agent than this. */
  answeredSince(conversationPk: number, seq: Seq, except: Extension): AnsweredMeanwhile | null
  byId(id: string): StoredMessage | null
  /** Newest first. */
  ofConversation(conversationId: string, before: Seq, limit: number): readonly StoredMessage[]
  /** Those after a seq, oldest first. */
  since(conversationId: string, after: Seq, limit: number): readonly StoredMessage[]
}

interface MessageRow {
  seq: Seq
  id: string
  conversation_id: string
  direction: 'in' | 'out'
  channel: Channel
  did: string
  content: string
  mention: Extension | null
  mention_name: string | null
  author: string
  state: DeliveryState | null
  failure: string | null
  carrier_at: Millis | null
  at: Millis
}

const columns = `m.seq, m.id, c.id AS conversation_id, m.direction, m.channel, m.did, m.content, m.mention,
  m.mention_name, m.author, m.state, m.failure, m.carrier_at, m.at`

export function createMessageTable(db: Connection, media: Pick<MediaTable, 'ofMessage'>): MessageTable {
  const search = createMessageSearch(db)
  const insert = db.prepare(
    `INSERT INTO messages (seq, id, conversation_pk, direction, channel, carrier_id, carrier_message_id, did, peer,
                           content, mention, mention_name, author, state, carrier_at, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const mention = db.prepare<[Extension, string, number, Seq]>(
    `UPDATE messages SET mention = ?, mention_name = ?
      WHERE conversation_pk = +? AND seq > +? AND direction = 'in' AND mention IS NULL`,
  )
  const lastInbound = db
    .prepare<[number], Seq>(
      "SELECT seq FROM messages WHERE conversation_pk = +? AND direction = 'in' ORDER BY seq DESC LIMIT 1",
    )
    .pluck()
  const answered = db.prepare<[number, Seq, Extension], { author: string; at: Millis }>(
    `SELECT author, at FROM messages
      WHERE conversation_pk = +? AND seq > +? AND direction = 'out'
        AND author ->> 'kind' = 'agent' AND author ->> 'extension' <> ?
      ORDER BY seq DESC LIMIT 1`,
  )
  const byId = db.prepare<[string], MessageRow>(
    `SELECT ${columns} FROM messages m JOIN conversations c ON c.pk = m.conversation_pk WHERE m.id = +?`,
  )
  const ofConversation = db.prepare<[string, Seq, number], MessageRow>(
    `SELECT ${columns} FROM conversations c JOIN messages m ON m.conversation_pk = c.pk
      WHERE c.id = +? AND m.seq < +? ORDER BY m.seq DESC LIMIT +?`,
  )

  const since = db.prepare<[string, Seq, number], MessageRow>(
    `SELECT ${columns} FROM conversations c JOIN messages m ON m.conversation_pk = c.pk
      WHERE c.id = +? AND m.seq > +? ORDER BY m.seq LIMIT +?`,
  )

  return {
    insert(message) {
      insert.run(
        message.seq,
        message.id,
        message.conversationPk,
        message.direction,
        message.channel,
        message.carrierId,
        message.carrierMessageId,
        addressKey(message.did),
        addressKey(message.peer),
        JSON.stringify(message.content),
        message.mention?.extension ?? null,
        message.mention?.name ?? null,
        JSON.stringify(message.author),
        message.state,
        message.carrierAt,
        message.at,
      )
      search.add(message.seq, message.conversationPk, wordsOf(message.content))
    },
    mentionUnanswered: (conversationPk, settledSeq, extension, name) =>
      void mention.run(extension, name, conversationPk, settledSeq),
    lastInbound: (conversationPk) => lastInbound.get(conversationPk) ?? null,
    answeredSince(conversationPk, seq, except) {
      const row = answered.get(conversationPk, seq, except)
      return row === undefined ? null : { by: parseJson<Actor>(row.author).name, at: row.at }
    },
    byId(id) {
      const row = byId.get(id)
      return row === undefined ? null : storedMessage(row, media)
    },
    ofConversation: (conversationId, before, limit) =>
      ofConversation.all(conversationId, before, limit).map((row) => storedMessage(row, media)),
    since: (conversationId, after, limit) =>
      since.all(conversationId, after, limit).map((row) => storedMessage(row, media)),
  }
}

function storedMessage(row: MessageRow, media: Pick<MediaTable, 'ofMessage'>): StoredMessage {
  const content = parseJson<MessageContent>(row.content)
  return {
    id: asMessageId(row.id),
    seq: row.seq,
    conversationId: asConversationId(row.conversation_id),
    direction: row.direction,
    channel: row.channel,
    did: addressOfKey(row.did),
    content,
    media: content.kind === 'text' && content.media.length > 0 ? media.ofMessage(row.id) : [],
    mention:
      row.mention === null || row.mention_name === null
        ? null
        : { extension: row.mention, name: row.mention_name },
    author: parseJson<Actor>(row.author),
    state: row.state,
    failure: parseNullableJson<SendFailure>(row.failure),
    carrierAt: row.carrier_at,
    at: row.at,
  }
}
