import { asMessageId, type CarrierId, type MessageId } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

/** What makes a carrier's second delivery have no effect: one key space for routed and unrouted messages. */
export interface InboundKeys {
  find(carrierId: CarrierId, carrierMessageId: string): MessageId | null
  insert(carrierId: CarrierId, carrierMessageId: string, messageId: MessageId): void
}

export function createInboundKeys(db: Connection): InboundKeys {
  const find = db
    .prepare<[CarrierId, string], string>(
      'SELECT message_id FROM inbound_keys WHERE carrier_id = +? AND carrier_message_id = +?',
    )
    .pluck()
  const insert = db.prepare<[CarrierId, string, MessageId]>('INSERT INTO inbound_keys VALUES (?, ?, ?)')
  return {
    find(carrierId, carrierMessageId) {
      const id = find.get(carrierId, carrierMessageId)
      return id === undefined ? null : asMessageId(id)
    },
    insert: (carrierId, carrierMessageId, messageId) =>
      void insert.run(carrierId, carrierMessageId, messageId),
  }
}
