import type { IdSource } from '../../app/ports/ambient.ts'
import type { OutboxItem } from '../../app/ports/store-requests.ts'
import {
  asCarrierId,
  asConversationId,
  asMessageId,
  asOutboxId,
  type CarrierId,
  type Extension,
  type GroupKey,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import { addressOfKey } from '../../domain/message/address.ts'
import type { DeliveryState } from '../../domain/message/delivery.ts'
import type {
  Channel,
  OutboundContent,
  OutboundMedia,
  OutboundMessage,
} from '../../domain/message/message.ts'
import type { MediaRef, MessageContent } from '../../domain/message/message-content.ts'
import type { SendPass } from '../../domain/message/send-gate.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'
import type { EventPlace } from './event-log.ts'

/** An item with the message that it sends, or that it tells of. */
export interface OutboxRow {
  readonly seq: Seq
  readonly id: string
  readonly kind: 'message' | 'phone-alert'
  readonly extension: Extension | null
  readonly sending: number
  readonly attempt: number
  readonly created_at: Millis
  readonly claimed_at: Millis | null
  readonly message_seq: Seq
  readonly message_id: string
  readonly carrier_id: string
  readonly channel: Channel
  readonly did: string
  readonly peer: string
  readonly content: string
  readonly state: DeliveryState | null
  readonly conversation_pk: number
  readonly conversation_id: string
  readonly customer_pk: number
  readonly group_pk: number
  readonly group_key: GroupKey
}

/** Stands in place of a carrier where the PBX itself carries an item. */
const phones = ''

export interface OutboxTable {
  /** Only with the gate's pass. */
  addMessage(
    conversation: EventPlace,
    pass: SendPass,
    message: { readonly seq: Seq; readonly carrierId: CarrierId },
    at: Millis,
  ): void
  addPhoneAlert(conversation: EventPlace, messageSeq: Seq, extension: Extension, at: Millis): void
  /** Those that have anything waiting; null stands for the phones. */
  carriers(): readonly (CarrierId | null)[]
  /** The due heads of a carrier's lanes, those first that have been due for longest. */
  due(carrierId: CarrierId | null, now: Millis, limit: number): readonly OutboxRow[]
  /** Messages unsent since before a time, oldest first. */
  unsentSince(before: Millis, limit: number): readonly OutboxRow[]
  byId(id: string): OutboxRow | null
  underWay(): readonly OutboxRow[]
  isSending(carrierId: string): boolean
  markSending(seq: Seq, now: Millis): void
  requeue(seq: Seq, notBefore: Millis): void
  /** It waits for longer, which counts as no attempt. */
  putOff(seq: Seq, notBefore: Millis): void
  remove(seq: Seq): void
}

export function createOutboxTable(db: Connection, newId: IdSource): OutboxTable {
  const insert = db.prepare(
    `INSERT INTO outbox (id, kind, carrier_id, lane, conversation_pk, message_seq, extension, not_before, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const read = <P extends unknown[]>(rest: string) =>
    db.prepare<P, OutboxRow>(
      `SELECT o.seq, o.id, o.kind, o.extension, o.sending, o.attempt, o.created_at, o.claimed_at,
              o.message_seq, m.id AS message_id, m.carrier_id, m.channel, m.did, m.peer, m.content, m.state,
              o.conversation_pk, c.id AS conversation_id, c.customer_pk, c.group_pk,
              g.pbx_id || '/' || g.kind || '/' || g.number AS group_key
         FROM outbox o
         JOIN messages m ON m.seq = o.message_seq
         JOIN conversations c ON c.pk = o.conversation_pk
         JOIN groups g ON g.pk = c.group_pk
        ${rest}`,
    )
  // From one carrier to the next in the index, however many items each has.
  const carriers = db
    .prepare<[], string>(
      `WITH RECURSIVE waiting (carrier_id) AS (
         SELECT min(carrier_id) FROM outbox
         UNION ALL
         SELECT (SELECT min(o.carrier_id) FROM outbox o WHERE o.carrier_id > waiting.carrier_id)
           FROM waiting WHERE waiting.carrier_id IS NOT NULL
       ) SELECT carrier_id FROM waiting WHERE carrier_id IS NOT NULL`,
    )
    .pluck()
  // Whatever stands before an item in its lane, under way or waiting for a retry, holds it back: that keeps order.
  const due = read<[string, Millis, number]>(
    `WHERE o.carrier_id = +? AND o.sending = 0 AND o.not_before <= +?
       AND NOT EXISTS (SELECT 1 FROM outbox earlier WHERE earlier.lane = o.lane AND earlier.seq < o.seq)
     ORDER BY o.not_before, o.seq LIMIT +?`,
  )
  const unsent = read<[Millis, number]>(
    `WHERE o.sending = 0 AND o.kind = 'message' AND o.created_at < +? ORDER BY o.created_at LIMIT +?`,
  )
  const waits = db.prepare<[string], number>('SELECT 1 FROM outbox WHERE lane = +? AND sending = 0').pluck()
  const byId = read<[string]>('WHERE o.id = +?')
  const underWay = read<[]>('WHERE o.sending = 1 ORDER BY o.seq')
  const isSending = db
    .prepare<[string], number>('SELECT 1 FROM outbox WHERE carrier_id = +? AND sending = 1 LIMIT 1')
    .pluck()
  const markSending = db.prepare<[Millis, Seq]>(
    'UPDATE outbox SET sending = 1, claimed_at = ? WHERE seq = +?',
  )
  const putOff = db.prepare<[Millis, Seq]>('UPDATE outbox SET not_before = ? WHERE seq = +?')
  const requeue = db.prepare<[Millis, Seq]>(
    'UPDATE outbox SET sending = 0, attempt = attempt + 1, not_before = ? WHERE seq = +?',
  )
  const remove = db.prepare<[Seq]>('DELETE FROM outbox WHERE seq = +?')

  return {
    addMessage: ({ pk, id }, _pass, { seq, carrierId }, at) =>
      void insert.run(newId(), 'message', carrierId, id, pk, seq, null, at, at),
    addPhoneAlert({ pk, id }, messageSeq, extension, at) {
      const lane = `${id}/${extension}`
      // A flood rings once more than it rings now: an alert that waits already speaks for those behind it.
      if (waits.get(lane) !== undefined) return
      insert.run(newId(), 'phone-alert', phones, lane, pk, messageSeq, extension, at, at)
    },
    carriers: () => carriers.all().map((id) => (id === phones ? null : asCarrierId(id))),
    due: (carrierId, now, limit) => due.all(carrierId ?? phones, now, limit),
    unsentSince: (before, limit) => unsent.all(before, limit),
    byId: (id) => byId.get(id) ?? null,
    underWay: () => underWay.all(),
    isSending: (carrierId) => isSending.get(carrierId) !== undefined,
    markSending: (seq, now) => void markSending.run(now, seq),
    putOff: (seq, notBefore) => void putOff.run(Math.ceil(notBefore), seq),
    requeue: (seq, notBefore) => void requeue.run(Math.ceil(notBefore), seq),
    remove: (seq) => void remove.run(seq),
  }
}

export const placeOf = (row: OutboxRow): EventPlace => ({
  pk: row.conversation_pk,
  id: row.conversation_id,
  group_pk: row.group_pk,
  group_key: row.group_key,
})

export function outboxItem(row: OutboxRow): OutboxItem {
  const id = asOutboxId(row.id)
  const conversationId = asConversationId(row.conversation_id)
  const messageId = asMessageId(row.message_id)
  const { attempt, created_at: createdAt } = row
  if (row.extension !== null) {
    return {
      kind: 'phone-alert',
      id,
      extension: row.extension,
      conversationId,
      messageId,
      attempt,
      createdAt,
    }
  }
  const message = outboundMessage({ ...row, id: row.message_id })
  return { kind: 'message', id, carrierId: asCarrierId(row.carrier_id), message, attempt, createdAt }
}

export interface OutboundRow {
  readonly id: string
  readonly conversation_id: string
  readonly channel: Channel
  readonly did: string
  readonly peer: string
  readonly content: string
}

/** A stored message as its carrier gets it. */
export const outboundMessage = (row: OutboundRow): OutboundMessage => ({
  messageId: asMessageId(row.id),
  conversationId: asConversationId(row.conversation_id),
  channel: row.channel,
  from: addressOfKey(row.did),
  to: addressOfKey(row.peer),
  content: outboundContent(parseJson<MessageContent>(row.content)),
})

function outboundContent(content: MessageContent): OutboundContent {
  switch (content.kind) {
    case 'text':
      return { kind: 'text', text: content.text, media: content.media.map(outboundMedia) }
    case 'template':
      return content
    default:
      throw new Error(`an outbound message of kind ${content.kind} was stored, which nobody can send`)
  }
}

/** Its URL is still the file's id: whoever hands the message to a carrier signs it. */
const outboundMedia = ({ url, contentType, fileName, byteLength }: MediaRef): OutboundMedia => ({
  url,
  contentType: contentType ?? 'application/octet-stream',
  fileName: fileName ?? 'file',
  byteLength: byteLength ?? 0,
})
