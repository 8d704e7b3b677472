import type { IdSource } from '../../app/ports/ambient.ts'
import type { Millis } from '../../domain/ids.ts'
import type { AddressKey } from '../../domain/message/address.ts'
import type { Connection } from '../database/connection.ts'

export interface CustomerTable {
  find(address: AddressKey): number | null
  insert(address: AddressKey, name: string | null, at: Millis): number
  /** A carrier's word for a name fills an empty one and never replaces one. */
  fillName(pk: number, name: string): void
}

export function createCustomerTable(db: Connection, newId: IdSource): CustomerTable {
  const find = db
    .prepare<[AddressKey], number>('SELECT customer_pk FROM customer_addresses WHERE address = +?')
    .pluck()
  const insert = db.prepare<[string, AddressKey, string | null, Millis]>(
    'INSERT INTO customers (id, address, name, created_at) VALUES (?, ?, ?, ?)',
  )
  const insertAddress = db.prepare<[AddressKey, number]>(
    'INSERT INTO customer_addresses (address, customer_pk) VALUES (?, ?)',
  )
  const fillName = db.prepare<[string, number]>(
    'UPDATE customers SET name = ? WHERE pk = +? AND name IS NULL',
  )
  return {
    find: (address) => find.get(address) ?? null,
    insert(address, name, at) {
      const pk = Number(insert.run(newId(), address, name, at).lastInsertRowid)
      insertAddress.run(address, pk)
      return pk
    },
    fillName: (pk, name) => void fillName.run(name, pk),
  }
}
