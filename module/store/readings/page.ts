import type { Page } from '../../app/ports/stored.ts'
import type { Seq } from '../../domain/ids.ts'

/** A page of what `read` gives newest first; one more than asked for is read, to know whether there is more. */
export function pageOf<Row, Item>(
  limit: number,
  read: (count: number) => readonly Row[],
  seqOf: (row: Row) => Seq,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const rows = read(limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(itemOf), next: rows.length > limit && last !== undefined ? seqOf(last) : null }
}
