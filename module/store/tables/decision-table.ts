import type { DecisionRecord, DesignationCause, DesignationChange } from '../../domain/conversation.ts'
import type { DesignationInput } from '../../domain/designation/designation.ts'
import {
  asConversationId,
  asDecisionId,
  type DecisionId,
  type Extension,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { nullableJson, parseJson, parseNullableJson } from '../readings/stored-json.ts'

export interface DecisionTable {
  /** Records a designation with everything it was decided from. */
  insert(
    id: DecisionId,
    conversation: {
      readonly pk: number
      readonly designated: Extension | null
      readonly designated_name: string | null
    },
    change: DesignationChange,
    at: Millis,
    afterSeq: Seq,
  ): void
  byId(id: string): DecisionRecord | null
  /** Newest first. */
  ofConversation(conversationId: string, limit: number): readonly DecisionRecord[]
}

export interface DecisionRow {
  id: string
  conversation_id: string
  at: Millis
  cause: DesignationCause
  actor: string
  previous: Extension | null
  previous_name: string | null
  winner: Extension | null
  winner_name: string | null
  input: string | null
  note: string | null
}

export const decisionColumns = `d.id, c.id AS conversation_id, d.at, d.cause, d.actor, d.previous, d.previous_name, d.winner, d.winner_name,
  d.input, d.note`

export function createDecisionTable(db: Connection): DecisionTable {
  const insert = db.prepare(
    `INSERT INTO decisions (id, conversation_pk, at, cause, actor, previous, previous_name, winner, winner_name, policy,
                            input, note, after_seq)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byId = db.prepare<[string], DecisionRow>(
    `SELECT ${decisionColumns} FROM decisions d JOIN conversations c ON c.pk = d.conversation_pk WHERE d.id = +?`,
  )
  const ofConversation = db.prepare<[string, number], DecisionRow>(
    `SELECT ${decisionColumns} FROM conversations c JOIN decisions d ON d.conversation_pk = c.pk
      WHERE c.id = +? ORDER BY d.pk DESC LIMIT +?`,
  )
  return {
    insert(id, conversation, change, at, afterSeq) {
      insert.run(
        id,
        conversation.pk,
        at,
        change.cause,
        JSON.stringify(change.actor),
        conversation.designated,
        conversation.designated_name,
        change.to?.extension ?? null,
        change.to?.name ?? null,
        change.input?.policy ?? null,
        nullableJson(change.input),
        change.note,
        afterSeq,
      )
    },
    byId(id) {
      const row = byId.get(id)
      return row === undefined ? null : decisionRecord(row)
    },
    ofConversation: (conversationId, limit) => ofConversation.all(conversationId, limit).map(decisionRecord),
  }
}

export function decisionRecord(row: DecisionRow): DecisionRecord {
  return {
    id: asDecisionId(row.id),
    conversationId: asConversationId(row.conversation_id),
    at: row.at,
    cause: row.cause,
    actor: parseJson<Actor>(row.actor),
    previous: row.previous,
    previousName: row.previous_name,
    winner: row.winner === null ? null : { extension: row.winner, name: row.winner_name ?? row.winner },
    input: parseNullableJson<DesignationInput>(row.input),
    note: row.note,
  }
}
