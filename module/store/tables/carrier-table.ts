import type { CarrierAccount } from '../../app/ports/carriers.ts'
import { asCarrierId, type CarrierId } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'
import type { SecretBox } from './secret-box.ts'

export interface CarrierTable {
  save(account: CarrierAccount): void
  remove(id: CarrierId): boolean
  /** @throws StoreError `secret-unreadable` */
  all(): readonly CarrierAccount[]
}

interface CarrierRow {
  id: string
  kind: string
  name: string
  enabled: number
  settings: string
  sealed_secrets: Uint8Array
}

export function createCarrierTable(db: Connection, box: SecretBox): CarrierTable {
  const upsert = db.prepare(
    `INSERT INTO carriers (id, kind, name, enabled, settings, sealed_secrets) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       kind = excluded.kind, name = excluded.name, enabled = excluded.enabled, settings = excluded.settings,
       sealed_secrets = excluded.sealed_secrets`,
  )
  const select = db.prepare<[], CarrierRow>('SELECT * FROM carriers ORDER BY id')
  const drop = db.prepare('DELETE FROM carriers WHERE id = ?')
  // Bound to the account, so that one account's secrets put into another's row don't open there.
  const sealName = (id: string) => `carrier ${id}`
  return {
    save({ id, kind, name, enabled, settings, secrets }) {
      const sealed = box.seal(JSON.stringify(secrets), sealName(id))
      upsert.run(id, kind, name, enabled ? 1 : 0, JSON.stringify(settings), sealed)
    },
    remove: (id) => drop.run(id).changes > 0,
    all: () =>
      select.all().map((row) => ({
        id: asCarrierId(row.id),
        kind: row.kind,
        name: row.name,
        enabled: row.enabled === 1,
        settings: parseJson<Record<string, unknown>>(row.settings),
        secrets: parseJson<Record<string, string>>(box.open(row.sealed_secrets, sealName(row.id))),
      })),
  }
}
