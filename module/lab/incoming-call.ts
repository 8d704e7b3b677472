import type { SipIncoming, SipSocket } from './sip-socket.ts'
import { header, type SipAddress, type SipHeader, type SipMessage, uriIn, userIn } from './sip-wire.ts'

type State = 'new' | 'ringing' | 'talking' | 'ended'

/**
 * A call that a soft phone receives, its side of the dialog: no sound, but the PBX sees it ring, talk, hold and end.
 *
 *   new ── ring ──▶ ringing ── answer ──▶ talking ── hangUp, BYE ──▶ ended
 *    └───────────────┴── reject, CANCEL ─────────────────────────────▲
 */
export class IncomingCall {
  /** Who calls, by the From header. */
  readonly from: string
  readonly callId: string
  /** Resolves when the call is over, whoever ended it. */
  readonly ended: Promise<void>
  readonly #socket: SipSocket
  readonly #invite: SipIncoming
  readonly #contact: string
  readonly #end: () => void
  #state: State = 'new'
  #cseq = 0

  constructor(socket: SipSocket, invite: SipIncoming, contact: string) {
    this.#socket = socket
    this.#invite = invite
    this.#contact = contact
    this.from = userIn(header(invite.request, 'From'))
    this.callId = header(invite.request, 'Call-ID')
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#end = () => {
      this.#state = 'ended'
      resolve()
    }
  }

  ring(): void {
    this.#require('new')
    this.#state = 'ringing'
    this.#invite.reply(180, [this.#contactHeader()])
  }

  answer(): void {
    this.#require('new', 'ringing')
    this.#state = 'talking'
    this.#invite.reply(200, this.#sdpHeaders(), this.#sdp('sendrecv'))
  }

  /** 486 busy, 603 declined … */
  reject(code = 486): void {
    this.#require('new', 'ringing')
    this.#invite.reply(code)
    this.#end()
  }

  async hold(): Promise<void> {
    await this.#offerAgain('sendonly')
  }

  async resume(): Promise<void> {
    await this.#offerAgain('sendrecv')
  }

  /** Ends it, whatever its state. */
  async hangUp(): Promise<void> {
    if (this.#state === 'ended') return
    if (this.#state !== 'talking') {
      this.reject(480)
      return
    }
    this.#end()
    await this.#request('BYE')
  }

  /** What the far end asks within this dialog. */
  receive(method: string, incoming: SipIncoming): void {
    switch (method) {
      case 'BYE':
        incoming.reply(200)
        this.#end()
        return
      case 'CANCEL':
        incoming.reply(200)
        if (this.#state === 'new' || this.#state === 'ringing') this.reject(487)
        return
      case 'INVITE':
        incoming.reply(200, this.#sdpHeaders(), this.#sdp('sendrecv'))
        return
      default:
        incoming.reply(200)
    }
  }

  async #offerAgain(direction: 'sendonly' | 'sendrecv'): Promise<void> {
    this.#require('talking')
    const cseq = this.#cseq + 1
    await this.#request('INVITE', this.#sdpHeaders(), this.#sdp(direction))
    this.#socket.send(this.#invite.source, {
      method: 'ACK',
      uri: this.#remoteUri(),
      headers: this.#dialogHeaders(`${cseq} ACK`),
    })
  }

  #request(method: string, headers: readonly SipHeader[] = [], body = ''): Promise<SipMessage> {
    this.#cseq += 1
    return this.#socket.request(this.#invite.source, {
      method,
      uri: this.#remoteUri(),
      headers: [...this.#dialogHeaders(`${this.#cseq} ${method}`), ...headers],
      body,
    })
  }

  /** Seen from here the caller is To and we are From. */
  #dialogHeaders(cseq: string): readonly SipHeader[] {
    return [
      ['From', `${header(this.#invite.request, 'To')};tag=${this.#invite.tag}`],
      ['To', header(this.#invite.request, 'From')],
      ['Call-ID', this.callId],
      ['CSeq', cseq],
    ]
  }

  #remoteUri(): string {
    return uriIn(header(this.#invite.request, 'Contact'))
  }

  #contactHeader(): SipHeader {
    return ['Contact', `<${this.#contact}>`]
  }

  #sdpHeaders(): readonly SipHeader[] {
    return [this.#contactHeader(), ['Content-Type', 'application/sdp']]
  }

  /** An offer of sound on a port where nobody listens. */
  #sdp(direction: 'sendonly' | 'sendrecv'): string {
    const { host }: SipAddress = this.#socket.address
    const lines = ['v=0', `o=- 1 ${this.#cseq + 1} IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0']
    return `${[...lines, 'm=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', `a=${direction}`].join('\r\n')}\r\n`
  }

  #require(...allowed: State[]): void {
    if (allowed.includes(this.#state)) return
    throw new Error(`The call is ${this.#state}: this can be done only while it is ${allowed.join(' or ')}.`)
  }
}
