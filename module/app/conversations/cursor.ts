import type { Seq } from '../../domain/ids.ts'

/** A place in one database's history, opaque to clients. */
export const writeCursor = (epoch: string, seq: Seq): string =>
  Buffer.from(`${epoch}:${seq}`).toString('base64url')

/** The seq behind a cursor; null when it is malformed or belongs to another database. */
export function readCursor(epoch: string, cursor: string): Seq | null {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const colon = text.lastIndexOf(':')
  const seq = Number(text.slice(colon + 1))
  if (colon < 0 || text.slice(0, colon) !== epoch || !/^\d{1,15}$/.test(text.slice(colon + 1))) return null
  return seq
}
