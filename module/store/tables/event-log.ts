import type { CommittedEvent, DomainEvent } from '../../domain/events.ts'
import { asConversationId, type GroupKey, groupOfKey, type Millis, type Seq } from '../../domain/ids.ts'
import type { Effects } from '../changes/effects.ts'
import type { Connection } from '../database/connection.ts'
import type { ConversationRow } from '../readings/conversation-row.ts'
import { parseJson } from '../readings/stored-json.ts'
import type { GroupTable } from './group-table.ts'
import type { Meta } from './meta.ts'

/** Whose event it is. */
export type EventPlace = Pick<ConversationRow, 'pk' | 'id' | 'group_pk' | 'group_key'>

export interface EventLog {
  /** Appends an event and gives its place in the one order of all commits. */
  append(effects: Effects, place: EventPlace, at: Millis, event: DomainEvent): Seq
  after(seq: Seq, groups: readonly GroupKey[], limit: number): readonly CommittedEvent[] | null
  last(): Seq
  /** Forgets at most `limit` of the oldest events, none as young as `before`; gives how many. */
  prune(before: Millis, limit: number): number
}

interface EventRow {
  seq: Seq
  at: Millis
  conversation_id: string
  event: string
}

export function createEventLog(db: Connection, groupTable: GroupTable, meta: Meta): EventLog {
  const insert = db.prepare<[Millis, number, number, string]>(
    'INSERT INTO events (at, group_pk, conversation_pk, event) VALUES (?, ?, ?, ?)',
  )
  const ofGroup = db.prepare<[number, Seq, number], EventRow>(
    `SELECT e.seq, e.at, c.id AS conversation_id, e.event
       FROM events e JOIN conversations c ON c.pk = e.conversation_pk
      WHERE e.group_pk = +? AND e.seq > +? ORDER BY e.seq LIMIT +?`,
  )
  // Not max(seq): when all events are pruned, their numbers are spent all the same.
  const last = db.prepare<[], Seq>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").pluck()
  const oldest = db.prepare<[number], { seq: Seq; at: Millis }>(
    'SELECT seq, at FROM events ORDER BY seq LIMIT +?',
  )
  const forget = db.prepare<[Seq]>('DELETE FROM events WHERE seq <= +?')
  const lastSeq = (): Seq => last.get() ?? 0

  return {
    append(effects, place, at, event) {
      const seq = Number(insert.run(at, place.group_pk, place.pk, JSON.stringify(event)).lastInsertRowid)
      effects.events.push({
        seq,
        at,
        groupKey: place.group_key,
        conversationId: asConversationId(place.id),
        event,
      })
      return seq
    },

    after(seq, groups, limit) {
      // Younger than anything here: a cursor of a history that this file no longer holds.
      if (seq < meta.prunedThrough() || seq > lastSeq()) return null
      const found = [...new Set(groups)].flatMap((groupKey) => {
        const groupPk = groupTable.find(groupOfKey(groupKey))
        return groupPk === null ? [] : ofGroup.all(groupPk, seq, limit).map((row) => committed(row, groupKey))
      })
      return found.sort((a, b) => a.seq - b.seq).slice(0, limit)
    },

    last: lastSeq,

    prune(before, limit) {
      const candidates = oldest.all(limit)
      const kept = candidates.findIndex((event) => event.at >= before)
      const through = candidates[(kept === -1 ? candidates.length : kept) - 1]
      if (through === undefined) return 0
      meta.setPrunedThrough(through.seq)
      return forget.run(through.seq).changes
    },
  }
}

const committed = (row: EventRow, groupKey: GroupKey): CommittedEvent => ({
  seq: row.seq,
  at: row.at,
  groupKey,
  conversationId: asConversationId(row.conversation_id),
  event: parseJson<DomainEvent>(row.event),
})
