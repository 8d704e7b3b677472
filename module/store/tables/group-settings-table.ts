import type { StoredGroupSettings } from '../../app/ports/store-requests.ts'
import { type GroupSettings, usualGroupSettings } from '../../domain/directory/group-settings.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { type GroupKey, type GroupRef, groupKey } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'

/** What is set for each group; one that nobody set anything for has the usual settings at version 0. */
export interface GroupSettingsTable {
  ofGroup(group: GroupRef): StoredGroupSettings
  /** Refused when somebody else changed them since `expectedVersion`; null asks for no such care. */
  save(group: GroupRef, settings: GroupSettings, expectedVersion: number | null): Result<StoredGroupSettings>
}

interface SettingsRow {
  version: number
  settings: string
}

export function createGroupSettingsTable(db: Connection): GroupSettingsTable {
  const select = db.prepare<[string, string, string], SettingsRow>(
    'SELECT version, settings FROM group_settings WHERE pbx_id = +? AND group_kind = +? AND group_number = +?',
  )
  const upsert = db.prepare<[string, string, string, number, string]>(
    `INSERT INTO group_settings (pbx_id, group_kind, group_number, version, settings) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, settings = excluded.settings`,
  )
  // Asked for with every message. `save` drops it, and the next to ask reads what was committed.
  const cached = new Map<GroupKey, StoredGroupSettings>()

  function read({ pbxId, kind, number }: GroupRef): StoredGroupSettings {
    const row = select.get(pbxId, kind, number)
    if (row === undefined) return { version: 0, settings: usualGroupSettings }
    // What an older version did not write yet is as usual.
    return {
      version: row.version,
      settings: { ...usualGroupSettings, ...parseJson<Partial<GroupSettings>>(row.settings) },
    }
  }

  return {
    ofGroup(group) {
      const key = groupKey(group)
      const known = cached.get(key)
      if (known !== undefined) return known
      const found = read(group)
      cached.set(key, found)
      return found
    },
    save(group, settings, expectedVersion) {
      const before = read(group)
      cached.delete(groupKey(group))
      if (expectedVersion !== null && expectedVersion !== before.version)
        return fail({ code: 'stale-settings', current: before.version })
      const version = before.version + 1
      upsert.run(group.pbxId, group.kind, group.number, version, JSON.stringify(settings))
      return succeed({ version, settings })
    },
  }
}
