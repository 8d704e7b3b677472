import Database from 'better-sqlite3'
import type { Millis } from '../../domain/ids.ts'

export interface DatabaseCounts {
  readonly schema: number
  readonly open: number
  readonly waiting: number
  readonly unassigned: number
  readonly closed: number
  readonly unrouted: number
  readonly inLastDay: number
  readonly outLastDay: number
  readonly queued: number
  readonly failedLastDay: number
  readonly unknownLastDay: number
}

/** How much there is in a database that others may be using. `since` is where the last 24 hours begin. */
export function countDatabase(file: string, since: Millis): DatabaseCounts {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 2_000 })
  try {
    const counts = db
      .prepare<[{ since: Millis }], DatabaseCounts>(
        `SELECT (SELECT max(version) FROM schema_migrations) AS schema,
                c.*,
                (SELECT count(*) FROM unrouted) AS unrouted,
                m.*,
                (SELECT count(*) FROM outbox WHERE kind = 'message') AS queued
           FROM (SELECT count(*) FILTER (WHERE status = 'open') AS open,
                        count(*) FILTER (WHERE status = 'open' AND waiting_seq IS NOT NULL) AS waiting,
                        count(*) FILTER (WHERE status = 'open' AND designated IS NULL) AS unassigned,
                        count(*) FILTER (WHERE status = 'closed') AS closed
                   FROM conversations) c,
                (SELECT count(*) FILTER (WHERE direction = 'in') AS inLastDay,
                        count(*) FILTER (WHERE direction = 'out') AS outLastDay,
                        count(*) FILTER (WHERE state = 'failed') AS failedLastDay,
                        count(*) FILTER (WHERE state = 'unknown') AS unknownLastDay
                   FROM messages WHERE at >= :since) m`,
      )
      .get({ since })
    if (counts === undefined) throw new Error('no counts')
    return counts
  } finally {
    db.close()
  }
}
