import type { TimelineEntry } from '../../app/ports/stored.ts'
import type { ConversationStatus } from '../../domain/conversation.ts'
import { asConversationId, type ConversationId, type GroupKey, type Millis } from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { type DecisionRow, decisionColumns, decisionRecord } from '../tables/decision-table.ts'
import { parseJson } from './stored-json.ts'

interface StatusRow {
  seq: number
  at: Millis
  status: ConversationStatus
  actor: string
  reason: 'idle' | 'continued-in' | 'continued-from' | null
  note: string | null
  other_id: string | null
  other_group: GroupKey | null
}

/** Decisions and changes of status in one order, newest first. */
export function createTimeline(db: Connection) {
  const decisions = db.prepare<[string, number], DecisionRow & { after_seq: number }>(
    `SELECT ${decisionColumns}, d.after_seq FROM conversations c JOIN decisions d ON d.conversation_pk = c.pk
      WHERE c.id = +? ORDER BY d.pk DESC LIMIT +?`,
  )
  const statuses = db.prepare<[string, number], StatusRow>(
    `SELECT s.seq, s.at, s.status, s.actor, s.reason, s.note, o.id AS other_id,
            g.pbx_id || '/' || g.kind || '/' || g.number AS other_group
       FROM conversations c
       JOIN status_changes s ON s.conversation_pk = c.pk
       LEFT JOIN conversations o ON o.pk = s.other_pk
       LEFT JOIN groups g ON g.pk = o.group_pk
      WHERE c.id = +? ORDER BY s.seq DESC LIMIT +?`,
  )

  return (id: ConversationId, limit: number): readonly TimelineEntry[] =>
    [
      ...decisions.all(id, limit).map((row) => {
        const decision = decisionRecord(row)
        return { place: row.after_seq + 0.5, entry: { kind: 'decision', at: row.at, decision } as const }
      }),
      ...statuses.all(id, limit).map((row) => ({ place: row.seq, entry: statusEntry(row) })),
    ]
      // Stable, so decisions after one event keep their own order.
      .sort((a, b) => b.place - a.place)
      .slice(0, limit)
      .map(({ entry }) => entry)
}

const statusEntry = (row: StatusRow): TimelineEntry => ({
  kind: 'status',
  id: String(row.seq),
  at: row.at,
  status: row.status,
  actor: parseJson<Actor>(row.actor),
  reason: row.reason,
  note: row.note,
  other:
    row.other_id === null || row.other_group === null
      ? null
      : { id: asConversationId(row.other_id), groupKey: row.other_group },
})
