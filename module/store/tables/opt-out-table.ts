import type { Millis, Seq } from '../../domain/ids.ts'
import { addressKey, addressOfKey } from '../../domain/message/address.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { OptOut, OptOutChange, OptOutSource } from '../../domain/message/opt-out.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'

/** Who wants nothing from which DID, with every change of it. */
export interface OptOutTable {
  /** `did` as an address key. */
  has(customerPk: number, did: string): boolean
  /** When that last changed; null when it never did. */
  changedAt(customerPk: number, did: string): Millis | null
  /** Gives false, and stores nothing, when it is so already. */
  change(customerPk: number, change: OptOutChange): boolean
  current(before: Seq, limit: number): readonly OptOutRow[]
  currentOf(customerPk: number, before: Seq, limit: number): readonly OptOutRow[]
  history(customerPk: number, did: string, limit: number): readonly OptOutChange[]
}

interface ChangeRow {
  pk: number
  did: string
  opted_out: number
  source: OptOutSource
  actor: string
  reason: string | null
  at: Millis
}

export interface OptOutRow extends ChangeRow {
  readonly customer_address: string
  readonly customer_name: string | null
}

const columns = 'h.pk, h.did, h.opted_out, h.source, h.actor, h.reason, h.at'

export function createOptOutTable(db: Connection): OptOutTable {
  const has = db
    .prepare<[number, string], number>('SELECT 1 FROM opt_outs WHERE customer_pk = +? AND did = +?')
    .pluck()
  const changedAt = db
    .prepare<[number, string], Millis>(
      'SELECT at FROM opt_out_changes WHERE customer_pk = +? AND did = +? ORDER BY pk DESC LIMIT 1',
    )
    .pluck()
  const insertChange = db.prepare(
    `INSERT INTO opt_out_changes (customer_pk, did, opted_out, source, actor, reason, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const insert = db.prepare('INSERT INTO opt_outs (customer_pk, did, change_pk) VALUES (?, ?, ?)')
  const remove = db.prepare<[number, string]>('DELETE FROM opt_outs WHERE customer_pk = +? AND did = +?')
  const read = <P extends unknown[]>(where: string) =>
    db.prepare<P, OptOutRow>(
      `SELECT ${columns}, u.address AS customer_address, u.name AS customer_name
         FROM opt_outs o JOIN opt_out_changes h ON h.pk = o.change_pk JOIN customers u ON u.pk = o.customer_pk
        WHERE ${where}`,
    )
  const current = read<[Seq, number]>('o.change_pk < +? ORDER BY o.change_pk DESC LIMIT +?')
  // A customer has a handful of them at most: one for each of our numbers.
  const currentOf = read<[number, Seq, number]>(
    'o.customer_pk = +? AND +o.change_pk < +? ORDER BY +o.change_pk DESC LIMIT +?',
  )
  const history = db.prepare<[number, string, number], ChangeRow>(
    `SELECT ${columns} FROM opt_out_changes h WHERE h.customer_pk = +? AND h.did = +? ORDER BY h.pk DESC LIMIT +?`,
  )
  const isOut = (customerPk: number, did: string) => has.get(customerPk, did) !== undefined

  return {
    has: isOut,
    changedAt: (customerPk, did) => changedAt.get(customerPk, did) ?? null,
    change(customerPk, { did, optedOut, source, actor, reason, at }) {
      const key = addressKey(did)
      if (isOut(customerPk, key) === optedOut) return false
      const { lastInsertRowid } = insertChange.run(
        customerPk,
        key,
        optedOut ? 1 : 0,
        source,
        JSON.stringify(actor),
        reason,
        at,
      )
      if (optedOut) insert.run(customerPk, key, lastInsertRowid)
      else remove.run(customerPk, key)
      return true
    },
    current: (before, limit) => current.all(before, limit),
    currentOf: (customerPk, before, limit) => currentOf.all(customerPk, before, limit),
    history: (customerPk, did, limit) =>
      history.all(customerPk, did, limit).map((row) => ({
        did: addressOfKey(row.did),
        optedOut: row.opted_out === 1,
        source: row.source,
        actor: parseJson<Actor>(row.actor),
        reason: row.reason,
        at: row.at,
      })),
  }
}

export const optOutOf = (row: OptOutRow): OptOut => ({
  customer: { address: addressOfKey(row.customer_address), name: row.customer_name },
  did: addressOfKey(row.did),
  since: row.at,
  source: row.source,
  actor: parseJson<Actor>(row.actor),
  reason: row.reason,
})
