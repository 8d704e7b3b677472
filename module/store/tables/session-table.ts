import type { Role } from '../../app/people/access.ts'
import type {
  NewSession,
  SessionRecord,
  SessionSeen,
  SessionSource,
  SessionSummary,
} from '../../app/ports/access.ts'
import type { Page } from '../../app/ports/stored.ts'
import { asExtension, type Extension, type Millis, type Seq } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { pageOf } from '../readings/page.ts'
import { parseJson } from '../readings/stored-json.ts'

/** Who is signed in, from where, and whose session was ended. */
export interface SessionTable {
  /** False when the session is known. */
  insert(session: NewSession): boolean
  touch(seen: SessionSeen): void
  revoke(sid: string, by: string, at: Millis): SessionRecord | null
  bySid(sid: string): SessionRecord | null
  page(before: Seq | null, limit: number, extension?: Extension | null): Page<SessionRecord>
  revoked(): readonly string[]
  summaries(now: Millis): ReadonlyMap<Extension, SessionSummary>
  prune(endedBefore: Millis): void
}

interface SessionRow {
  pk: Seq
  sid: string
  extension: string | null
  roles: string
  source: SessionSource
  browser: string
  address: string
  first_seen_at: Millis
  last_seen_at: Millis
  expires_at: Millis
  revoked_at: Millis | null
  revoked_by: string | null
}

export function createSessionTable(db: Connection): SessionTable {
  const insert = db.prepare(
    `INSERT INTO sessions (sid, extension, roles, source, browser, address, first_seen_at, last_seen_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sid) DO NOTHING`,
  )
  const touch = db.prepare<[Millis, Millis, string]>(
    'UPDATE sessions SET last_seen_at = max(last_seen_at, ?), expires_at = max(expires_at, ?) WHERE sid = +?',
  )
  const revoke = db.prepare<[Millis, string, string]>(
    'UPDATE sessions SET revoked_at = ?, revoked_by = ? WHERE sid = +? AND revoked_at IS NULL',
  )
  const bySid = db.prepare<[string], SessionRow>('SELECT * FROM sessions WHERE sid = +?')
  const all = db.prepare<[Seq, number], SessionRow>(
    'SELECT * FROM sessions WHERE pk < +? ORDER BY pk DESC LIMIT +?',
  )
  const ofExtension = db.prepare<[string | null, Seq, number], SessionRow>(
    'SELECT * FROM sessions WHERE extension IS +? AND pk < +? ORDER BY pk DESC LIMIT +?',
  )
  const revoked = db.prepare<[], string>('SELECT sid FROM sessions WHERE revoked_at IS NOT NULL').pluck()
  const summaries = db.prepare<
    [Millis],
    { extension: string; last_seen_at: Millis; sources: string; open: number }
  >(
    `SELECT extension, max(last_seen_at) AS last_seen_at, group_concat(DISTINCT source) AS sources,
            sum(expires_at > +? AND revoked_at IS NULL) AS open
       FROM sessions WHERE extension IS NOT NULL GROUP BY extension`,
  )
  const prune = db.prepare<[Millis]>('DELETE FROM sessions WHERE expires_at < +?')
  const find = (sid: string) => {
    const row = bySid.get(sid)
    return row === undefined ? null : sessionOf(row)
  }

  return {
    insert({ sid, extension, roles, source, browser, address, firstSeenAt, lastSeenAt, expiresAt }) {
      const made = insert.run(
        sid,
        extension,
        JSON.stringify(roles),
        source,
        browser,
        address,
        firstSeenAt,
        lastSeenAt,
        expiresAt,
      )
      return made.changes > 0
    },
    touch: ({ sid, at, expiresAt }) => void touch.run(at, expiresAt, sid),
    revoke: (sid, by, at) => (revoke.run(at, by, sid).changes === 0 ? null : find(sid)),
    bySid: find,
    page: (before, limit, extension) =>
      pageOf(
        limit,
        (count) =>
          extension === undefined
            ? all.all(before ?? Number.MAX_SAFE_INTEGER, count)
            : ofExtension.all(extension, before ?? Number.MAX_SAFE_INTEGER, count),
        (row) => row.pk,
        sessionOf,
      ),
    revoked: () => revoked.all(),
    summaries: (now) =>
      new Map(
        summaries.all(now).map((row) => [
          asExtension(row.extension),
          {
            lastSeenAt: row.last_seen_at,
            sources: row.sources.split(',') as SessionSource[],
            open: row.open,
          },
        ]),
      ),
    prune: (endedBefore) => void prune.run(endedBefore),
  }
}

const sessionOf = (row: SessionRow): SessionRecord => ({
  seq: row.pk,
  sid: row.sid,
  extension: row.extension === null ? null : asExtension(row.extension),
  roles: parseJson<Role[]>(row.roles),
  source: row.source,
  browser: row.browser,
  address: row.address,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
})
