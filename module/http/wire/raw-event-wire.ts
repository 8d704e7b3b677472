import type { RawEvent } from '../../app/ports/carriers.ts'
import { time } from './wire.ts'

/** So much of a masked body shows its build. */
const longestMasked = 2000

export const rawEventWire = (event: RawEvent, how: 'masked' | 'whole') => {
  const text = Buffer.from(event.body).toString('utf8')
  return {
    n: event.n,
    at: time(event.at),
    reason: event.reason,
    contentType: event.contentType,
    byteLength: event.byteLength,
    body: how === 'whole' ? text : masked(text.slice(0, longestMasked)),
  }
}

/** Its build without its words: letters become x, digits 0; only names of JSON members stay. */
export const masked = (text: string): string =>
  text.replace(/"[A-Za-z_][A-Za-z0-9_.-]{0,40}"(?=\s*:)|[\p{L}\p{M}]|\p{N}|\p{S}/gu, (found) => {
    if (found.length > 2 && found.startsWith('"')) return found
    if (/[=+&$<>|^~`]/.test(found)) return found
    return /\p{N}/u.test(found) ? '0' : 'x'
  })
