import { createHash, randomBytes } from 'node:crypto'

/** SIP on the wire (RFC 3261), as much of it as the lab's phones and carrier speak. */
export interface SipMessage {
  /** `MESSAGE sip:… SIP/2.0` or `SIP/2.0 200 OK` */
  readonly startLine: string
  /** In their order; names as they came. */
  readonly headers: readonly SipHeader[]
  readonly body: string
}

export type SipHeader = readonly [name: string, value: string]

export interface SipAddress {
  readonly host: string
  readonly port: number
}

export function parseSip(datagram: Buffer): SipMessage | null {
  const text = datagram.toString('utf8')
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const [startLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
  const headers = lines.map((line): SipHeader => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
  })
  return { startLine, headers, body: text.slice(headEnd + 4) }
}

export function formatSip({ startLine, headers, body }: SipMessage): Buffer {
  const lines = [...headers, ['Content-Length', String(Buffer.byteLength(body))] as const].map(
    ([name, value]) => `${name}: ${value}`,
  )
  return Buffer.from(`${[startLine, ...lines].join('\r\n')}\r\n\r\n${body}`, 'utf8')
}

/** The first header of that name, empty when there is none. */
export const header = (message: SipMessage, name: string): string => headersOf(message, name)[0] ?? ''

export const headersOf = (message: SipMessage, name: string): readonly string[] =>
  message.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

export const methodOf = (message: SipMessage): string => message.startLine.split(' ')[0] ?? ''

/** Of a response; 0 for a request. */
export const statusOf = (message: SipMessage): number =>
  Number(/^SIP\/2\.0 (\d{3})/.exec(message.startLine)?.[1] ?? 0)

export const reasonPhraseOf = (message: SipMessage): string =>
  /^SIP\/2\.0 \d{3} ?(.*)$/.exec(message.startLine)?.[1] ?? ''

export const requestUriOf = (message: SipMessage): string => message.startLine.split(' ')[1] ?? ''

/** The address between the angle brackets, or the whole without parameters. */
export const uriIn = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0] ?? ''

/** The user part of a SIP URI or of a header that holds one. */
export function userIn(value: string): string {
  const user = /^sips?:([^@;]+)@/.exec(uriIn(value))?.[1] ?? ''
  return decodeURIComponent(user.replace(/%(?![0-9a-f]{2})/gi, '%25'))
}

/** A SIP URI whose user part may be anything. */
export const sipUri = (user: string, { host, port }: SipAddress): string =>
  `sip:${encodeURIComponent(user).replaceAll('%2B', '+')}@${host}:${port}`

/** Random enough to name a dialog, a tag or a transaction. */
export const token = (): string => randomBytes(8).toString('hex')

/** Every branch begins so since RFC 3261. */
export const newBranch = (): string => `z9hG4bK${token()}`

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Answers the challenge of a 401 or 407 (RFC 2617, MD5); null when it holds none that we can answer. */
export function digestAnswer(
  challenged: SipMessage,
  login: { readonly username: string; readonly password: string },
  method: string,
  uri: string,
): SipHeader | null {
  const byProxy = statusOf(challenged) === 407
  const challenge = headersOf(challenged, byProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate').find(
    (value) => !/algorithm="?SHA/i.test(value),
  )
  if (challenge === undefined) return null
  const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? ''
  const [realm, nonce, opaque, cnonce] = [field('realm'), field('nonce'), field('opaque'), token()]
  const account = md5(`${login.username}:${realm}:${login.password}`)
  const request = md5(`${method}:${uri}`)
  const withQop = field('qop') !== ''
  const response = withQop
    ? md5(`${account}:${nonce}:00000001:${cnonce}:auth:${request}`)
    : md5(`${account}:${nonce}:${request}`)
  const parts = [
    `Digest username="${login.username}", realm="${realm}", nonce="${nonce}", uri="${uri}"`,
    `response="${response}", algorithm=MD5`,
    ...(withQop ? [`qop=auth, nc=00000001, cnonce="${cnonce}"`] : []),
    ...(opaque === '' ? [] : [`opaque="${opaque}"`]),
  ]
  return [byProxy ? 'Proxy-Authorization' : 'Authorization', parts.join(', ')]
}
