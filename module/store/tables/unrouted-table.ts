import type { Page, UnroutedMessage } from '../../app/ports/stored.ts'
import { asMessageId, type MessageId, type Seq } from '../../domain/ids.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { pageOf } from '../readings/page.ts'
import { parseJson } from '../readings/stored-json.ts'

/** Messages that no rule took: kept for admins to see, never dropped. */
export interface UnroutedTable {
  insert(id: MessageId, message: InboundMessage): void
  /** Newest first. */
  page(before: Seq | null, limit: number): Page<UnroutedMessage>
  oldest(after: Seq | null, limit: number): Page<UnroutedMessage>
  byId(id: MessageId): UnroutedMessage | null
  remove(id: MessageId): void
}

interface UnroutedRow {
  seq: Seq
  id: string
  message: string
}

export function createUnroutedTable(db: Connection): UnroutedTable {
  const insert = db.prepare<[MessageId, string]>('INSERT INTO unrouted (id, message) VALUES (?, ?)')
  const select = db.prepare<[Seq, number], UnroutedRow>(
    'SELECT seq, id, message FROM unrouted WHERE seq < +? ORDER BY seq DESC LIMIT +?',
  )
  const selectOldest = db.prepare<[Seq, number], UnroutedRow>(
    'SELECT seq, id, message FROM unrouted WHERE seq > +? ORDER BY seq LIMIT +?',
  )
  const byId = db.prepare<[MessageId], UnroutedRow>('SELECT seq, id, message FROM unrouted WHERE id = +?')
  const remove = db.prepare<[MessageId]>('DELETE FROM unrouted WHERE id = +?')
  return {
    insert: (id, message) => void insert.run(id, JSON.stringify(message)),
    page: (before, limit) =>
      pageOf(
        limit,
        (count) => select.all(before ?? Number.MAX_SAFE_INTEGER, count),
        (row) => row.seq,
        unroutedMessage,
      ),
    oldest: (after, limit) =>
      pageOf(
        limit,
        (count) => selectOldest.all(after ?? 0, count),
        (row) => row.seq,
        unroutedMessage,
      ),
    byId(id) {
      const row = byId.get(id)
      return row === undefined ? null : unroutedMessage(row)
    },
    remove: (id) => void remove.run(id),
  }
}

const unroutedMessage = (row: UnroutedRow): UnroutedMessage => ({
  id: asMessageId(row.id),
  message: parseJson<InboundMessage>(row.message),
})
