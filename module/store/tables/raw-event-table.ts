import type { NewRawEvent, RawEvent } from '../../app/ports/carriers.ts'
import { asCarrierId, type CarrierId, type Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import type { SecretBox } from './secret-box.ts'

interface RawRow {
  pk: number
  carrier_id: string
  at: Millis
  reason: string
  content_type: string | null
  byte_length: number
  sealed_body: Uint8Array
}

const keptPerCarrier = 200
const keptBytes = 256 * 1024

/** What carriers brought and nobody could read. A carrier gone mad pushes out its own alone. */
export function createRawEventTable(db: Connection, box: SecretBox) {
  const insert = db.prepare(
    `INSERT INTO raw_events (carrier_id, at, reason, content_type, byte_length, sealed_body)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const forget = db.prepare<[string, string, number]>(
    `DELETE FROM raw_events WHERE carrier_id = +? AND pk <=
       (SELECT pk FROM raw_events WHERE carrier_id = +? ORDER BY pk DESC LIMIT 1 OFFSET +?)`,
  )
  const select = db.prepare<[string, number], RawRow>(
    'SELECT * FROM raw_events WHERE carrier_id = +? ORDER BY pk DESC LIMIT +?',
  )
  const one = db.prepare<[string, number], RawRow>(
    'SELECT * FROM raw_events WHERE carrier_id = +? AND pk = +?',
  )
  const sealName = (carrierId: string) => `raw event of carrier ${carrierId}`

  const opened = (row: RawRow): RawEvent => ({
    n: row.pk,
    carrierId: asCarrierId(row.carrier_id),
    at: row.at,
    reason: row.reason,
    contentType: row.content_type,
    byteLength: row.byte_length,
    body: Buffer.from(box.open(row.sealed_body, sealName(row.carrier_id)), 'base64'),
  })

  return {
    keep({ carrierId, at, reason, contentType, body }: NewRawEvent): void {
      // Base64, since a box holds text, and what can't be read need not be UTF-8.
      const sealed = box.seal(
        Buffer.from(body.subarray(0, keptBytes)).toString('base64'),
        sealName(carrierId),
      )
      insert.run(carrierId, at, reason, contentType, body.byteLength, sealed)
      forget.run(carrierId, carrierId, keptPerCarrier)
    },
    ofCarrier: (carrierId: CarrierId): readonly RawEvent[] =>
      select.all(carrierId, keptPerCarrier).map(opened),
    one(carrierId: CarrierId, n: number): RawEvent | null {
      const row = one.get(carrierId, n)
      return row === undefined ? null : opened(row)
    },
  }
}
