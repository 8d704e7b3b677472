import type { Grant, GrantReceipt } from '../../app/ports/access.ts'
import { asExtension, type Extension, type PbxId } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'

/** What Parley itself grants to extensions. */
export interface PeopleTable {
  all(pbxId: PbxId): readonly Grant[]
  save(pbxId: PbxId, grant: Omit<Grant, 'version'>, expectedVersion: number | null): GrantReceipt
}

interface PersonRow {
  extension: string
  version: number
  roles: string
  groups: string
}

export function createPeopleTable(db: Connection): PeopleTable {
  const all = db.prepare<[PbxId], PersonRow>(
    'SELECT extension, version, roles, groups FROM people WHERE pbx_id = +? ORDER BY extension',
  )
  const one = db.prepare<[PbxId, Extension], PersonRow>(
    'SELECT extension, version, roles, groups FROM people WHERE pbx_id = +? AND extension = +?',
  )
  const upsert = db.prepare(
    `INSERT INTO people (pbx_id, extension, version, roles, groups) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, roles = excluded.roles, groups = excluded.groups`,
  )
  return {
    all: (pbxId) => all.all(pbxId).map(grantOf),
    save(pbxId, grant, expectedVersion) {
      const row = one.get(pbxId, grant.extension)
      const current = row === undefined ? { ...nothing, extension: grant.extension } : grantOf(row)
      if (expectedVersion !== null && expectedVersion !== current.version) return { kind: 'stale', current }
      const saved: Grant = { ...grant, version: current.version + 1 }
      upsert.run(
        pbxId,
        grant.extension,
        saved.version,
        JSON.stringify(grant.roles),
        JSON.stringify(grant.groups),
      )
      return { kind: 'saved', grant: saved }
    },
  }
}

const nothing = { roles: [], groups: [], version: 0 } as const

const grantOf = (row: PersonRow): Grant => ({
  extension: asExtension(row.extension),
  version: row.version,
  roles: parseJson<Grant['roles']>(row.roles),
  groups: parseJson<string[]>(row.groups),
})
