import type { CarrierSeen } from '../../app/ports/carriers.ts'
import { asCarrierId, type Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

export function createCarrierSeenTable(db: Connection) {
  const upsert = db.prepare(
    `INSERT INTO carrier_seen (carrier_id, inbound_at, success_at) VALUES (?, ?, ?)
     ON CONFLICT (carrier_id) DO UPDATE SET inbound_at = excluded.inbound_at, success_at = excluded.success_at`,
  )
  const select = db.prepare<[], { carrier_id: string; inbound_at: Millis | null; success_at: Millis | null }>(
    'SELECT carrier_id, inbound_at, success_at FROM carrier_seen',
  )
  return {
    save(seen: readonly CarrierSeen[]): void {
      for (const { carrierId, inboundAt, successAt } of seen) upsert.run(carrierId, inboundAt, successAt)
    },
    all: (): readonly CarrierSeen[] =>
      select.all().map((row) => ({
        carrierId: asCarrierId(row.carrier_id),
        inboundAt: row.inbound_at,
        successAt: row.success_at,
      })),
  }
}
