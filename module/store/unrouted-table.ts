import type { Page, UnroutedMessage } from '../app/ports.ts'
import { asMessageId, type MessageId, type Seq } from '../domain/ids.ts'
import type { InboundMessage } from '../domain/message.ts'
import type { Connection } from './connection.ts'
import { pageOf } from './page.ts'
import { parseJson } from './stored-json.ts'

/** Messages that no rule took: kept for admins to see, never dropped. */
export interface UnroutedTable {
  insert(id: MessageId, message: InboundMessage): void
  /** Newest first. */
  page(before: Seq | null, limit: number): Page<UnroutedMessage>
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
  return {
    insert: (id, message) => void insert.run(id, JSON.stringify(message)),
    page: (before, limit) =>
      pageOf(
        limit,
        (count) => select.all(before ?? Number.MAX_SAFE_INTEGER, count),
        (row) => row.seq,
        (row) => ({ id: asMessageId(row.id), message: parseJson<InboundMessage>(row.message) }),
      ),
  }
}
