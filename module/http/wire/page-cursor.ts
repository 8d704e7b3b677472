import { readCursor } from '../../app/conversations/cursor.ts'
import type { Seq } from '../../domain/ids.ts'

/** A cursor that this database did not give out. Passed over, it would begin the list anew, and so without end. */
export class UnknownCursor extends Error {
  readonly statusCode = 400
  readonly code = 'unknown-cursor'

  constructor() {
    super('This cursor is not of this list, or not of today’s database. Load the list from its beginning.')
  }
}

/** The seq to go on from; null for the beginning. Throws `UnknownCursor`. */
export function readPageCursor(epoch: string, cursor: string | undefined): Seq | null {
  if (cursor === undefined) return null
  const seq = readCursor(epoch, cursor)
  if (seq === null) throw new UnknownCursor()
  return seq
}

/** For lists in the order of names rather than of time. */
export const writeNameCursor = (epoch: string, name: string): string =>
  Buffer.from(`${epoch}:${name}`).toString('base64url')

/** The name to go on after; null for the beginning. Throws `UnknownCursor`. */
export function readNameCursor(epoch: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!text.startsWith(`${epoch}:`)) throw new UnknownCursor()
  return text.slice(epoch.length + 1)
}
