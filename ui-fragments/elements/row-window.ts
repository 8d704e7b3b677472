/** How many rows are drawn at most, and by how many the window moves. */
export const mostRows = 160
const step = 60

/** Rows of the timeline that are drawn: from `start`, before `end`. */
export interface RowWindow {
  readonly start: number
  readonly end: number
}

/** The newest. */
export const windowAtEnd = (count: number): RowWindow => ({
  start: Math.max(0, count - mostRows),
  end: count,
})

/** With one row in its middle. */
export function windowAround(place: number, count: number): RowWindow {
  const start = Math.max(0, Math.min(place - Math.floor(mostRows / 2), count - mostRows))
  return { start, end: Math.min(count, start + mostRows) }
}

export function windowUp({ start }: RowWindow, count: number): RowWindow {
  const first = Math.max(0, start - step)
  return { start: first, end: Math.min(count, first + mostRows) }
}

export function windowDown({ end }: RowWindow, count: number): RowWindow {
  const last = Math.min(count, end + step)
  return { start: Math.max(0, last - mostRows), end: last }
}
