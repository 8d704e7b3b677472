/** Rows of known heights in a scroller: which of them are to be drawn. All in px. */

/** Where each row begins, and at the end where the last one ends. */
export function offsetsOf<Row>(rows: readonly Row[], heightOf: (row: Row) => number): readonly number[] {
  const offsets = new Array<number>(rows.length + 1)
  let at = 0
  for (let i = 0; i < rows.length; i++) {
    offsets[i] = at
    at += heightOf(rows[i] as Row)
  }
  offsets[rows.length] = at
  return offsets
}

/** The row that a place is in. */
export function rowAt(offsets: readonly number[], place: number): number {
  let low = 0
  let high = Math.max(0, offsets.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= place) low = middle
    else high = middle - 1
  }
  return low
}

export interface RowRange {
  readonly from: number
  /** Not included. */
  readonly to: number
}

export function drawnRange(offsets: readonly number[], top: number, height: number, spare: number): RowRange {
  const count = offsets.length - 1
  if (count <= 0) return { from: 0, to: 0 }
  return { from: rowAt(offsets, top - spare), to: Math.min(count, rowAt(offsets, top + height + spare) + 1) }
}

/** A drawn row, or the empty space that stands for those which are not. */
export type Drawn =
  | { readonly kind: 'row'; readonly index: number }
  | { readonly kind: 'space'; readonly px: number }

/** The range, and one more row wherever it is: that which has the focus must not go away. */
export function drawnRows(offsets: readonly number[], { from, to }: RowRange, also: number | null): Drawn[] {
  const indexes = Array.from({ length: to - from }, (_, i) => from + i)
  const count = offsets.length - 1
  if (also !== null && also < from) indexes.unshift(also)
  if (also !== null && also >= to && also < count) indexes.push(also)
  const drawn: Drawn[] = []
  let at = 0
  const space = (until: number) => {
    drawn.push({ kind: 'space', px: until - at })
  }
  for (const index of indexes) {
    const start = offsets[index] ?? 0
    if (start > at) space(start)
    drawn.push({ kind: 'row', index })
    at = offsets[index + 1] ?? start
  }
  const end = offsets[count] ?? 0
  if (end > at) space(end)
  return drawn
}

/** The top edge to scroll to so that a row is whole in sight; unchanged when it is. */
export function topToShow(offsets: readonly number[], index: number, top: number, height: number): number {
  const start = offsets[index] ?? 0
  const end = offsets[index + 1] ?? start
  if (start < top) return start
  return end > top + height ? end - height : top
}
