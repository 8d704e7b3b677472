import type { Millis, Seq } from '../../domain/ids.ts'
import type { EarlierAutoReply } from '../../domain/message/auto-reply.ts'
import { robotMemoryMs } from '../../domain/message/auto-reply.ts'
import type { Connection } from '../database/connection.ts'

/** Which auto-replies a customer got, so that he gets few of them and no robot gets many. */
export interface AutoReplyTable {
  insert(
    messageSeq: Seq,
    place: { readonly pk: number; readonly customer_pk: number },
    text: string,
    at: Millis,
  ): void
  /** The customer wrote: those he had not answered yet are answered now. */
  answered(customerPk: number, at: Millis): void
  /** Since a moment, newest first. */
  earlier(customerPk: number, conversationPk: number, since: Millis): readonly EarlierAutoReply[]
}

interface Row {
  conversation_pk: number
  text: string
  at: Millis
  answered_at: Millis | null
}

/** More than any customer can get within what is looked at. */
const mostRead = 50

export function createAutoReplyTable(db: Connection): AutoReplyTable {
  const insert = db.prepare<[Seq, number, number, string, Millis]>(
    'INSERT INTO auto_replies (message_seq, customer_pk, conversation_pk, text, at) VALUES (?, ?, ?, ?, ?)',
  )
  const answered = db.prepare<[Millis, number, Millis]>(
    'UPDATE auto_replies SET answered_at = ? WHERE customer_pk = +? AND at > +? AND answered_at IS NULL',
  )
  const since = db.prepare<[number, Millis, number], Row>(
    `SELECT conversation_pk, text, at, answered_at FROM auto_replies
      WHERE customer_pk = +? AND at > +? ORDER BY at DESC LIMIT +?`,
  )
  return {
    insert: (messageSeq, { pk, customer_pk }, text, at) =>
      void insert.run(messageSeq, customer_pk, pk, text, at),
    answered: (customerPk, at) => void answered.run(at, customerPk, at - robotMemoryMs),
    earlier: (customerPk, conversationPk, from) =>
      since.all(customerPk, from, mostRead).map((row) => ({
        sameConversation: row.conversation_pk === conversationPk,
        text: row.text,
        at: row.at,
        answeredAt: row.answered_at,
      })),
  }
}
