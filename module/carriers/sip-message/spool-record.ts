import { readSipParty, type SipParty } from './sip-uri.ts'

/** One SIP MESSAGE as the dialplan wrote it down; `dialplan/extensions_parley.conf` describes each field. */
export interface SpoolRecord {
  readonly id: string
  /** When Asterisk took it, UTC milliseconds; null when that could not be read. */
  readonly takenAt: number | null
  readonly from: SipParty
  /** The number texted, as the trunk spelled it. */
  readonly did: string
  readonly callId: string
  readonly cseq: string
  /** `192.0.2.7:5060`: where it came from. */
  readonly source: string
  /** What Content-Length said, before Asterisk cut the body; null when it said nothing. */
  readonly byteLength: number | null
  readonly body: string
}

export type SpoolRejection =
  /** More than any record can hold. */
  | 'too-large'
  /** Nothing that the dialplan ever writes. */
  | 'not-a-record'
  | 'control-character'
  | 'bad-encoding'
  | 'repeated-key'
  | 'missing-key'

export type SpoolReading =
  | { readonly kind: 'complete'; readonly record: SpoolRecord }
  /** The beginning of a record: Asterisk is writing it, or was killed while it did. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'rejected'; readonly reason: SpoolRejection }

/** Body 1023 bytes, headers some hundred each, every byte as `%XX`. */
export const longestRecordBytes = 16 * 1024

const ending = '&end=1'
const idShape = /^[0-9A-Za-z-]{1,64}$/
/** Line breaks and NUL are never honest; a tab may stand in a display name. */
const control = /(?!\t)\p{Cc}/u

class Rejected extends Error {
  readonly reason: SpoolRejection
  constructor(reason: SpoolRejection) {
    super(reason)
    this.reason = reason
  }
}

/** Reads one spool file's bytes. */
export function readSpoolRecord(bytes: Uint8Array): SpoolReading {
  if (bytes.byteLength > longestRecordBytes) return { kind: 'rejected', reason: 'too-large' }
  const line = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '')
  if (!'id='.startsWith(line.slice(0, 3))) return { kind: 'rejected', reason: 'not-a-record' }
  if (/[^\x21-\x7e]/.test(line)) return { kind: 'rejected', reason: 'control-character' }
  if (!line.endsWith(ending)) return { kind: 'incomplete' }
  try {
    return { kind: 'complete', record: readFields(splitFields(line)) }
  } catch (error) {
    if (error instanceof Rejected) return { kind: 'rejected', reason: error.reason }
    throw error
  }
}

function splitFields(line: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const pair of line.split('&')) {
    const equals = pair.indexOf('=')
    const key = equals < 0 ? pair : pair.slice(0, equals)
    if (fields.has(key)) throw new Rejected('repeated-key')
    fields.set(key, equals < 0 ? '' : decode(pair.slice(equals + 1)))
  }
  return fields
}

/** A phone may send a text in another encoding than UTF-8: what is readable of it still arrives. */
function decode(value: string): string {
  if (!value.includes('%')) return value
  if (/%(?![0-9A-Fa-f]{2})/.test(value)) throw new Rejected('bad-encoding')
  const bytes = value.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

function readFields(fields: ReadonlyMap<string, string>): SpoolRecord {
  const id = header(fields, 'id')
  const body = fields.get('body')
  const from = readSipParty(header(fields, 'from'))
  if (!idShape.test(id)) throw new Rejected('not-a-record')
  if (body === undefined || from === null) throw new Rejected('missing-key')
  // Asterisk's strings end at a NUL, so it can't have written one.
  if (body.includes('\0')) throw new Rejected('control-character')
  return {
    id,
    takenAt: readSeconds(header(fields, 't')),
    from,
    did: readDid(header(fields, 'did'), header(fields, 'to')),
    callId: header(fields, 'callid'),
    cseq: header(fields, 'cseq'),
    source: header(fields, 'src'),
    byteLength: readCount(header(fields, 'clen')),
    body,
  }
}

function header(fields: ReadonlyMap<string, string>, key: string): string {
  const value = fields.get(key) ?? ''
  if (control.test(value)) throw new Rejected('control-character')
  return value
}

/** A dialplan that dialled nothing, or its start extension, leaves the number in To alone. */
function readDid(did: string, to: string): string {
  if (did !== '' && did !== 's') return did
  const user = readSipParty(to)?.user ?? ''
  if (user === '') throw new Rejected('missing-key')
  return user
}

const readSeconds = (text: string): number | null =>
  /^\d{9,11}(\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : null
const readCount = (text: string): number | null => (/^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null)
