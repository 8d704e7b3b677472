import type { Contact, ContactDraft, ContactReceipt } from '../../app/ports/contacts.ts'
import type { Page } from '../../app/ports/stored.ts'
import type { Millis, Seq } from '../../domain/ids.ts'
import { type Address, addressKey, addressOfKey } from '../../domain/message/address.ts'
import type { Connection } from '../database/connection.ts'
import { pageOf } from '../readings/page.ts'
import type { CustomerTable } from './customer-table.ts'

/** The names that people gave to customers. A customer bears his contact's name for as long as there is one. */
export interface ContactTable {
  find(address: Address): Contact | null
  page(before: Seq | null, limit: number, search?: string): Page<Contact>
  save(draft: ContactDraft, at: Millis, expectedVersion?: number | null): ContactReceipt
  remove(address: Address): boolean
}

interface ContactRow {
  pk: Seq
  address: string
  name: string
  note: string | null
  version: number
  updated_at: Millis
}

const columns = 'k.pk, c.address, k.name, k.note, k.version, k.updated_at'

export function createContactTable(db: Connection, customers: CustomerTable): ContactTable {
  const ofCustomer = db.prepare<[number], ContactRow>(
    `SELECT ${columns} FROM contacts k JOIN customers c ON c.pk = k.customer_pk WHERE k.customer_pk = +?`,
  )
  const all = db.prepare<[Seq, number], ContactRow>(
    `SELECT ${columns} FROM contacts k JOIN customers c ON c.pk = k.customer_pk
      WHERE k.pk < +? ORDER BY k.pk DESC LIMIT +?`,
  )
  const searched = db.prepare<[Seq, string, string, number], ContactRow>(
    `SELECT ${columns} FROM contacts k JOIN customers c ON c.pk = k.customer_pk
      WHERE k.pk < +? AND (instr(lower(k.name), lower(+?)) > 0 OR instr(c.address, +?) > 0)
      ORDER BY k.pk DESC LIMIT +?`,
  )
  const insert = db.prepare(
    `INSERT INTO contacts (customer_pk, name, note, carrier_name, version, updated_at)
     VALUES (?, ?, ?, (SELECT name FROM customers WHERE pk = +?), 1, ?)`,
  )
  const update = db.prepare(
    'UPDATE contacts SET name = ?, note = ?, version = version + 1, updated_at = ? WHERE customer_pk = +?',
  )
  const rename = db.prepare<[string, number]>('UPDATE customers SET name = ? WHERE pk = +?')
  const restoreName = db.prepare<[number, number]>(
    `UPDATE customers SET name = (SELECT carrier_name FROM contacts WHERE customer_pk = +?) WHERE pk = +?`,
  )
  const remove = db.prepare<[number]>('DELETE FROM contacts WHERE customer_pk = +?')

  function ofPk(customerPk: number | null): Contact | null {
    const row = customerPk === null ? undefined : ofCustomer.get(customerPk)
    return row === undefined ? null : contactOf(row)
  }

  function store(customerPk: number, { name, note }: ContactDraft, at: Millis, isNew: boolean): Contact {
    if (isNew) insert.run(customerPk, name, note, customerPk, at)
    else update.run(name, note, at, customerPk)
    rename.run(name, customerPk)
    const saved = ofPk(customerPk)
    if (saved === null) throw new Error('a contact vanished in its own transaction')
    return saved
  }

  return {
    find: (address) => ofPk(customers.find(addressKey(address))),
    page: (before, limit, search) =>
      pageOf(
        limit,
        (count) =>
          search === undefined || search === ''
            ? all.all(before ?? Number.MAX_SAFE_INTEGER, count)
            : searched.all(before ?? Number.MAX_SAFE_INTEGER, search, search, count),
        (row) => row.pk,
        contactOf,
      ),
    save(draft, at, expectedVersion) {
      const key = addressKey(draft.address)
      const known = customers.find(key)
      const current = ofPk(known)
      if (expectedVersion !== undefined && expectedVersion !== (current?.version ?? null))
        return { kind: 'stale', current }
      if (current !== null && current.name === draft.name && current.note === draft.note)
        return { kind: 'saved', change: 'unchanged', contact: current }
      const contact = store(known ?? customers.insert(key, null, at), draft, at, current === null)
      return { kind: 'saved', change: current === null ? 'created' : 'changed', contact }
    },
    remove(address) {
      const customerPk = customers.find(addressKey(address))
      if (customerPk === null || ofPk(customerPk) === null) return false
      restoreName.run(customerPk, customerPk)
      remove.run(customerPk)
      return true
    },
  }
}

const contactOf = (row: ContactRow): Contact => ({
  address: addressOfKey(row.address),
  name: row.name,
  note: row.note,
  version: row.version,
  updatedAt: row.updated_at,
})
