import type { StoredMessage } from '../../app/ports/stored.ts'
import type { AnsweredMeanwhile } from '../../domain/conversation.ts'
import {
  asCarrierId,
  asConversationId,
  asMessageId,
  type CarrierId,
  type Extension,
  type MessageId,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import { type Address, addressKey, addressOfKey } from '../../domain/message/address.ts'
import type { DeliveryState, SendFailure } from '../../domain/message/delivery.ts'
import type { Actor, Channel } from '../../domain/message/message.ts'
import { type MessageContent, wordsOf } from '../../domain/message/message-content.ts'
import type { Connection } from '../database/connection.ts'
import { createMessageSearch } from '../readings/message-search.ts'
import { previewOf } from '../readings/preview.ts'
import { parseJson, parseNullableJson } from '../readings/stored-json.ts'
import type { MediaTable } from './media-table.ts'

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
  /** False for what makes nobody wait and calls nobody. */
  readonly asks?: boolean
  /** The carrier's id of the message that it quotes, edits, deletes or reacts to. */
  readonly refersTo?: string | null
  readonly againOf?: Seq | null
}

export interface MessageTable {
  insert(message: NewMessage): void
  isSentAgain(seq: Seq): boolean
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
  conversation_pk: number
  carrier_id: string
  carrier_message_id: string | null
  refers_to: string | null
  again_of: string | null
}

interface ReferredRow {
  id: string
  content: string
}

const columns = `m.seq, m.id, c.id AS conversation_id, m.direction, m.channel, m.did, m.content, m.mention,
  m.mention_name, m.author, m.state, m.failure, m.carrier_at, m.at, m.conversation_pk, m.carrier_id, m.carrier_message_id,
  m.refers_to, (SELECT id FROM messages WHERE seq = m.again_of) AS again_of`

export function createMessageTable(db: Connection, media: Pick<MediaTable, 'ofMessage'>): MessageTable {
  const search = createMessageSearch(db)
  const insert = db.prepare(
    `INSERT INTO messages (seq, id, conversation_pk, direction, channel, carrier_id, carrier_message_id, did, peer,
                           content, mention, mention_name, author, state, carrier_at, at, asks, refers_to, again_of)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const mention = db.prepare<[Extension, string, number, Seq]>(
    `UPDATE messages SET mention = ?, mention_name = ?
      WHERE conversation_pk = +? AND seq > +? AND direction = 'in' AND asks = 1 AND mention IS NULL`,
  )
  const lastInbound = db
    .prepare<[number], Seq>(
      "SELECT seq FROM messages WHERE conversation_pk = +? AND direction = 'in' AND asks = 1 ORDER BY seq DESC LIMIT 1",
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
  const inboundReferred = db.prepare<[string, string, number], ReferredRow>(
    `SELECT m.id, m.content FROM inbound_keys k JOIN messages m ON m.id = k.message_id
      WHERE k.carrier_id = +? AND k.carrier_message_id = +? AND m.conversation_pk = +?`,
  )
  const outboundReferred = db.prepare<[string, string, number], ReferredRow>(
    `SELECT id, content FROM messages
      WHERE direction = 'out' AND carrier_id = +? AND carrier_message_id = +? AND conversation_pk = +? LIMIT 1`,
  )
  const carriedOn = db.prepare<[Seq], number>('SELECT 1 FROM messages WHERE again_of = +?').pluck()

  function referred({ refers_to, carrier_id, conversation_pk }: MessageRow): StoredMessage['refersTo'] {
    if (refers_to === null) return null
    const place = [carrier_id, refers_to, conversation_pk] as const
    const row = outboundReferred.get(...place) ?? inboundReferred.get(...place)
    if (row === undefined) return null
    return { id: asMessageId(row.id), preview: previewOf(parseJson<MessageContent>(row.content)) }
  }

  return {
    isSentAgain: (seq) => carriedOn.get(seq) !== undefined,
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
        message.asks === false ? 0 : 1,
        message.refersTo ?? null,
        message.againOf ?? null,
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
      return row === undefined ? null : storedMessage(row, media, referred(row))
    },
    ofConversation: (conversationId, before, limit) =>
      ofConversation
        .all(conversationId, before, limit)
        .map((row) => storedMessage(row, media, referred(row))),
    since: (conversationId, after, limit) =>
      since.all(conversationId, after, limit).map((row) => storedMessage(row, media, referred(row))),
  }
}

function storedMessage(
  row: MessageRow,
  media: Pick<MediaTable, 'ofMessage'>,
  refersTo: StoredMessage['refersTo'],
): StoredMessage {
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
    carrierId: asCarrierId(row.carrier_id),
    carrierMessageId: row.carrier_message_id,
    refersTo: refersTo ?? null,
    againOf: row.again_of === null ? null : asMessageId(row.again_of),
  }
}
