import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  formatSip,
  header,
  headersOf,
  methodOf,
  newBranch,
  parseSip,
  type SipAddress,
  type SipHeader,
  type SipMessage,
  statusOf,
  token,
} from './sip-wire.ts'

export interface SipRequest {
  readonly method: string
  readonly uri: string
  /** From, To, Call-ID, CSeq and whatever else; Via and Max-Forwards are added. */
  readonly headers: readonly SipHeader[]
  readonly body?: string
}

/** A request that came in. `reply` may be called again with another code: 180, then 200. */
export interface SipIncoming {
  readonly request: SipMessage
  readonly source: SipAddress
  /** Ours in this dialog. */
  readonly tag: string
  reply(code: number, headers?: readonly SipHeader[], body?: string): void
}

const FIRST_REPEAT_MS = 500
const TIMEOUT_MS = 10_000
/** How many answered requests are remembered, to answer a repetition the same way. */
const REMEMBERED = 2_000

const REASONS: Readonly<Record<number, string>> = {
  180: 'Ringing',
  200: 'OK',
  202: 'Accepted',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
  603: 'Decline',
}

/**
 * One UDP port that speaks SIP: sends requests until they are answered, and hands each request that comes in to its
 * owner once, however often it is repeated.
 */
export class SipSocket {
  readonly address: SipAddress
  readonly #socket: Socket
  readonly #onRequest: (incoming: SipIncoming) => void
  readonly #pending = new Map<string, (response: SipMessage) => void>()
  readonly #answers = new Map<string, { last: Buffer | null }>()
  #closed = false

  static async open(
    host: string,
    port: number,
    onRequest: (incoming: SipIncoming) => void,
  ): Promise<SipSocket> {
    const socket = createSocket('udp4')
    socket.bind(port, host)
    await once(socket, 'listening')
    return new SipSocket(socket, onRequest)
  }

  private constructor(socket: Socket, onRequest: (incoming: SipIncoming) => void) {
    this.#socket = socket
    this.#onRequest = onRequest
    const { address, port } = socket.address()
    this.address = { host: address, port }
    socket.on('message', (datagram, remote) => this.#receive(datagram, remote))
    // Nobody there, as an ICMP message says it: the transaction's own timeout reports it.
    socket.on('error', () => undefined)
  }

  /** Resolves with the final response; one that never comes is a 408, as RFC 3261 has it. */
  async request(target: SipAddress, request: SipRequest): Promise<SipMessage> {
    const branch = newBranch()
    const datagram = this.#format(request, branch)
    const { promise, resolve } = Promise.withResolvers<SipMessage>()
    this.#pending.set(branch, resolve)
    const stopRepeating = this.#repeat(target, datagram, request.method === 'INVITE')
    const late = setTimeout(
      () => resolve({ startLine: 'SIP/2.0 408 Request Timeout', headers: [], body: '' }),
      TIMEOUT_MS,
    )
    const response = await promise
    clearTimeout(late)
    stopRepeating()
    this.#pending.delete(branch)
    return response
  }

  /** Sends a request that has no response: an ACK. */
  send(target: SipAddress, request: SipRequest): void {
    this.#transmit(target, this.#format(request, newBranch()))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.close()
    for (const resolve of this.#pending.values()) {
      resolve({ startLine: 'SIP/2.0 408 Closed', headers: [], body: '' })
    }
  }

  #format({ method, uri, headers, body = '' }: SipRequest, branch: string): Buffer {
    const { host, port } = this.address
    return formatSip({
      startLine: `${method} ${uri} SIP/2.0`,
      headers: [
        ['Via', `SIP/2.0/UDP ${host}:${port};branch=${branch};rport`],
        ['Max-Forwards', '70'],
        ...headers,
      ],
      body,
    })
  }

  /** UDP loses datagrams: repeats at growing intervals. */
  #repeat(target: SipAddress, datagram: Buffer, isInvite: boolean): () => void {
    let interval = FIRST_REPEAT_MS
    let timer: NodeJS.Timeout
    const again = (): void => {
      this.#transmit(target, datagram)
      timer = setTimeout(again, interval)
      interval = isInvite ? interval * 2 : Math.min(interval * 2, 4_000)
    }
    again()
    return () => clearTimeout(timer)
  }

  #transmit({ host, port }: SipAddress, datagram: Buffer): void {
    if (!this.#closed) this.#socket.send(datagram, port, host)
  }

  #receive(datagram: Buffer, remote: RemoteInfo): void {
    const message = parseSip(datagram)
    if (message === null) return
    const branch = /branch=([^;,\s]+)/.exec(header(message, 'Via'))?.[1] ?? ''
    const status = statusOf(message)
    if (status >= 200) this.#pending.get(branch)?.(message)
    if (status === 0) this.#incoming(message, branch, { host: remote.address, port: remote.port })
  }

  #incoming(request: SipMessage, branch: string, source: SipAddress): void {
    const method = methodOf(request)
    const key = `${branch} ${method}`
    const known = this.#answers.get(key)
    if (known !== undefined) {
      if (known.last !== null) this.#transmit(source, known.last)
      return
    }
    const answer: { last: Buffer | null } = { last: null }
    this.#remember(key, answer)
    const tag = token()
    const reply: SipIncoming['reply'] = (code, headers = [], body = '') => {
      answer.last = formatSip(responseTo(request, code, tag, headers, body))
      this.#transmit(source, answer.last)
    }
    this.#onRequest({ request, source, tag, reply })
  }

  #remember(key: string, answer: { last: Buffer | null }): void {
    this.#answers.set(key, answer)
    if (this.#answers.size <= REMEMBERED) return
    const [oldest] = this.#answers.keys()
    if (oldest !== undefined) this.#answers.delete(oldest)
  }
}

function responseTo(
  request: SipMessage,
  code: number,
  tag: string,
  headers: readonly SipHeader[],
  body: string,
): SipMessage {
  const to = header(request, 'To')
  return {
    startLine: `SIP/2.0 ${code} ${REASONS[code] ?? 'Answered'}`,
    headers: [
      ...headersOf(request, 'Via').map((value): SipHeader => ['Via', value]),
      ['From', header(request, 'From')],
      ['To', /;\s*tag=/.test(to) ? to : `${to};tag=${tag}`],
      ['Call-ID', header(request, 'Call-ID')],
      ['CSeq', header(request, 'CSeq')],
      ...headers,
    ],
    body,
  }
}
