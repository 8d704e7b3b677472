import type { CarrierId, Millis } from '../../domain/ids.ts'
import type { DeliveryReport, ReportedState, SendFailure } from '../../domain/message/delivery.ts'
import type { Connection } from '../database/connection.ts'
import { nullableJson, parseNullableJson } from '../readings/stored-json.ts'

/** Delivery reports that came before the carrier's answer told which message they are about. */
export interface EarlyReports {
  keep(carrierId: CarrierId, report: DeliveryReport, now: Millis): void
  /** In the order in which they came; they are gone afterwards. */
  take(carrierId: string, carrierMessageId: string): readonly DeliveryReport[]
  prune(before: Millis): void
}

interface EarlyRow {
  carrier_message_id: string
  state: ReportedState
  failure: string | null
}

export function createEarlyReports(db: Connection): EarlyReports {
  const insert = db.prepare<[CarrierId, string, ReportedState, string | null, Millis]>(
    'INSERT INTO early_reports (carrier_id, carrier_message_id, state, failure, at) VALUES (?, ?, ?, ?, ?)',
  )
  const select = db.prepare<[string, string], EarlyRow>(
    `SELECT carrier_message_id, state, failure FROM early_reports
      WHERE carrier_id = +? AND carrier_message_id = +? ORDER BY pk`,
  )
  const remove = db.prepare<[string, string]>(
    'DELETE FROM early_reports WHERE carrier_id = +? AND carrier_message_id = +?',
  )
  const prune = db.prepare<[Millis]>('DELETE FROM early_reports WHERE at < +?')
  return {
    keep: (carrierId, { carrierMessageId, state, failure }, now) =>
      void insert.run(carrierId, carrierMessageId, state, nullableJson(failure), now),
    take(carrierId, carrierMessageId) {
      const rows = select.all(carrierId, carrierMessageId)
      if (rows.length > 0) remove.run(carrierId, carrierMessageId)
      return rows.map((row) => ({
        carrierMessageId: row.carrier_message_id,
        state: row.state,
        failure: parseNullableJson<SendFailure>(row.failure),
      }))
    },
    prune: (before) => void prune.run(before),
  }
}
