import type { Reader } from '../../app/ports/stored.ts'
import type { Away } from '../../domain/designation/away.ts'
import type { Extension, Millis, PbxId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'

/** Who is away for messages. */
export interface AwayTable {
  /** Null: he is back. */
  save(agent: Reader, away: Away | null): void
  ofPbx(pbxId: PbxId): readonly (readonly [Extension, Away])[]
}

interface AwayRow {
  extension: Extension
  since: Millis
  until: Millis | null
  reason: string | null
  actor: string
}

export function createAwayTable(db: Connection): AwayTable {
  const upsert = db.prepare<[PbxId, Extension, Millis, Millis | null, string | null, string]>(
    `INSERT INTO away_agents (pbx_id, extension, since, until, reason, actor) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason,
                               actor = excluded.actor`,
  )
  const remove = db.prepare<[PbxId, Extension]>(
    'DELETE FROM away_agents WHERE pbx_id = +? AND extension = +?',
  )
  const select = db.prepare<[PbxId], AwayRow>(
    'SELECT extension, since, until, reason, actor FROM away_agents WHERE pbx_id = +?',
  )
  return {
    save({ pbxId, extension }, away) {
      if (away === null) remove.run(pbxId, extension)
      else upsert.run(pbxId, extension, away.since, away.until, away.reason, JSON.stringify(away.by))
    },
    ofPbx: (pbxId) =>
      select
        .all(pbxId)
        .map(({ extension, actor, ...rest }) => [extension, { ...rest, by: parseJson<Actor>(actor) }]),
  }
}
