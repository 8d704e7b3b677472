import type { DueInquiry } from '../../app/ports/store-requests.ts'
import { asCarrierId, type Millis, type Seq } from '../../domain/ids.ts'
import { firstInquiryAt } from '../../domain/message/inquiry.ts'
import type { Connection } from '../database/connection.ts'
import { type OutboundRow, outboundMessage } from './outbox-table.ts'

/** Sends of unknown end, and when their carrier is asked about them next. */
export interface InquiryTable {
  open(messageSeq: Seq, sentAt: Millis): void
  due(now: Millis, limit: number): readonly DueInquiry[]
  again(messageSeq: Seq, at: Millis): void
  /** Settled, or given up. */
  close(messageSeq: Seq): void
}

interface InquiryRow extends OutboundRow {
  carrier_id: string
  sent_at: Millis
  asked: number
}

export function createInquiryTable(db: Connection): InquiryTable {
  const insert = db.prepare<[Seq, Millis, Millis]>(
    `INSERT INTO inquiries (message_seq, sent_at, next_at) VALUES (?, ?, ?)
     ON CONFLICT (message_seq) DO NOTHING`,
  )
  const due = db.prepare<[Millis, number], InquiryRow>(
    `SELECT i.sent_at, i.asked, m.id, m.carrier_id, m.channel, m.did, m.peer, m.content,
            c.id AS conversation_id
       FROM inquiries i JOIN messages m ON m.seq = i.message_seq JOIN conversations c ON c.pk = m.conversation_pk
      WHERE i.next_at <= +? ORDER BY i.next_at LIMIT +?`,
  )
  const again = db.prepare<[Millis, Seq]>(
    'UPDATE inquiries SET asked = asked + 1, next_at = ? WHERE message_seq = +?',
  )
  const remove = db.prepare<[Seq]>('DELETE FROM inquiries WHERE message_seq = +?')
  return {
    open: (messageSeq, sentAt) => void insert.run(messageSeq, sentAt, firstInquiryAt(sentAt)),
    due: (now, limit) =>
      due.all(now, limit).map((row) => ({
        carrierId: asCarrierId(row.carrier_id),
        message: outboundMessage(row),
        sentAt: row.sent_at,
        asked: row.asked,
      })),
    again: (messageSeq, at) => void again.run(Math.ceil(at), messageSeq),
    close: (messageSeq) => void remove.run(messageSeq),
  }
}
