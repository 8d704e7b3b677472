export interface SpoolFields {
  readonly id?: string
  readonly t?: string
  readonly from?: string
  readonly to?: string
  readonly did?: string
  readonly callid?: string
  readonly cseq?: string
  readonly src?: string
  readonly clen?: string
  readonly body?: string
}

const bytesOf = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      return /[A-Za-z0-9_.!~*'()-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')

/** A record as the dialplan writes it, URIENCODE and line end included. */
export function spoolLine(fields: SpoolFields = {}): string {
  const body = fields.body ?? 'Hello'
  const all = {
    id: 'f1f6a9c2-1111-4222-8333-444455556666',
    t: '1763805600',
    from: '"Ann" <sip:+19542788086@192.0.2.7>',
    to: 'sip:16313808000@192.0.2.1',
    did: '16313808000',
    callid: 'abc@192.0.2.7',
    cseq: '1 MESSAGE',
    src: '192.0.2.7:5060',
    clen: String(Buffer.byteLength(body)),
    body,
    ...fields,
  }
  return `${Object.entries(all)
    .map(([key, value]) => `${key}=${bytesOf(value)}`)
    .join('&')}&end=1\n`
}
