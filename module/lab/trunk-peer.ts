import { Inbox } from './inbox.ts'
import { type ReceivedText, receivedText, type SentText, type TextAnswer } from './received-text.ts'
import { type SipIncoming, SipSocket } from './sip-socket.ts'
import { methodOf, reasonPhraseOf, type SipAddress, sipUri, statusOf, token } from './sip-wire.ts'

export interface TrunkText {
  /** A number as the carrier spells it: `+19542788086`, `12345`, or a name. */
  readonly from: string
  /** The DID: `16313808000`. */
  readonly to: string
  readonly text: string
  /** In quotes before the From address. */
  readonly displayName?: string
  /** Together with `cseq` what makes a text the same one; random unless given. */
  readonly callId?: string
  readonly cseq?: number
}

/** The carrier's side of the sample PBX's trunk: sends and receives texts without any login, known by its address. */
export class TrunkPeer {
  /** Texts from the PBX. */
  readonly texts = new Inbox<ReceivedText>('text for the carrier')
  readonly #pbx: SipAddress
  #socket: SipSocket | undefined
  #answer: TextAnswer = 200

  /** @param options.port 0 for any. Asterisk knows the trunk by the host. */
  static async open(options: {
    readonly pbx: SipAddress
    readonly host?: string
    readonly port?: number
  }): Promise<TrunkPeer> {
    const peer = new TrunkPeer(options.pbx)
    peer.#socket = await SipSocket.open(options.host ?? '127.0.0.2', options.port ?? 0, (incoming) =>
      peer.#receive(incoming),
    )
    return peer
  }

  private constructor(pbx: SipAddress) {
    this.#pbx = pbx
  }

  /** Give it to startAsterisk as `trunkPeer`. */
  get address(): SipAddress {
    return this.#open().address
  }

  /** What texts from the PBX are answered with from now on; 200 at first. */
  answerTextsWith(answer: TextAnswer): void {
    this.#answer = answer
  }

  /** Sends a customer's text; resolves with how the PBX answered. */
  async sendText({ from, to, text, displayName, callId = token(), cseq = 1 }: TrunkText): Promise<SentText> {
    const uri = sipUri(to, this.#pbx)
    const name = displayName === undefined ? '' : `"${displayName.replace(/["\\\r\n]/g, '')}" `
    const socket = this.#open()
    const response = await socket.request(this.#pbx, {
      method: 'MESSAGE',
      uri,
      headers: [
        ['From', `${name}<${sipUri(from, socket.address)}>;tag=${token()}`],
        ['To', `<${uri}>`],
        ['Call-ID', callId],
        ['CSeq', `${cseq} MESSAGE`],
        ['Content-Type', 'text/plain'],
      ],
      body: text,
    })
    return { code: statusOf(response), reason: reasonPhraseOf(response), callId }
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  #open(): SipSocket {
    if (this.#socket === undefined) throw new Error('This trunk peer is closed.')
    return this.#socket
  }

  #receive({ request, reply }: SipIncoming): void {
    switch (methodOf(request)) {
      case 'MESSAGE':
        if (this.#answer === 'silence') return
        this.texts.push(receivedText(request))
        reply(this.#answer)
        return
      case 'OPTIONS':
        reply(200)
        return
      default:
        reply(480)
    }
  }
}
