import type { Absence, AbsenceRecord } from '../../app/ports/store-requests.ts'
import type { Extension, GroupKey, Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

/** Who is unavailable where and since when, and until when that was watched. */
export interface AbsenceTable {
  /** A null `since` is one who is available again. */
  save(changes: readonly Absence[], watchedUntil: Millis): void
  load(): AbsenceRecord
}

export function createAbsenceTable(db: Connection): AbsenceTable {
  const upsert = db.prepare<[GroupKey, Extension, Millis]>(
    `INSERT INTO absences (group_key, extension, since) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET since = excluded.since`,
  )
  const remove = db.prepare<[GroupKey, Extension]>(
    'DELETE FROM absences WHERE group_key = +? AND extension = +?',
  )
  const setWatched = db.prepare<[Millis]>('UPDATE meta SET watched_until = ?')
  const select = db.prepare<[], { group_key: GroupKey; extension: Extension; since: Millis }>(
    'SELECT group_key, extension, since FROM absences',
  )
  const watched = db.prepare<[], Millis | null>('SELECT watched_until FROM meta').pluck()
  return {
    save(changes, watchedUntil) {
      for (const { group, extension, since } of changes) {
        if (since === null) remove.run(group, extension)
        else upsert.run(group, extension, since)
      }
      setWatched.run(watchedUntil)
    },
    load: () => ({
      absences: select.all().map((row) => ({
        group: row.group_key,
        extension: row.extension,
        since: row.since,
      })),
      watchedUntil: watched.get() ?? null,
    }),
  }
}
