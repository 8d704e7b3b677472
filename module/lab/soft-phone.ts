import { Inbox } from './inbox.ts'
import { IncomingCall } from './incoming-call.ts'
import { type ReceivedText, receivedText, type SentText, type TextAnswer } from './received-text.ts'
import { type SipIncoming, SipSocket } from './sip-socket.ts'
import {
  digestAnswer,
  header,
  methodOf,
  reasonPhraseOf,
  type SipAddress,
  type SipHeader,
  type SipMessage,
  sipUri,
  statusOf,
  token,
} from './sip-wire.ts'

export interface SoftPhoneOptions {
  readonly extension: string
  readonly password: string
  readonly pbx: SipAddress
  readonly host?: string
}

/** The PBX did not take the registration. */
export class RegistrationRefused extends Error {
  readonly code = 'REGISTRATION_REFUSED'
}

const EXPIRES_SECONDS = 120
const RETRY_MS = 2_000

/** A desk phone: registers and stays so, gets texts and calls, and sends texts. */
export class SoftPhone {
  readonly extension: string
  readonly texts: Inbox<ReceivedText>
  readonly calls: Inbox<IncomingCall>
  readonly #options: SoftPhoneOptions
  readonly #open = new Map<string, IncomingCall>()
  readonly #registrationId = token()
  #socket: SipSocket | undefined
  #cseq = 0
  #refresh: NodeJS.Timeout | undefined
  #answer: TextAnswer = 200

  static async open(options: SoftPhoneOptions): Promise<SoftPhone> {
    const phone = new SoftPhone(options)
    phone.#socket = await SipSocket.open(options.host ?? '127.0.0.1', 0, (incoming) =>
      phone.#receive(incoming),
    )
    return phone
  }

  private constructor(options: SoftPhoneOptions) {
    this.#options = options
    this.extension = options.extension
    this.texts = new Inbox(`text for ${options.extension}`)
    this.calls = new Inbox(`call for ${options.extension}`)
  }

  get address(): SipAddress {
    return this.#connected().address
  }

  /** Registers and renews it in time, until `unregister` or `close`. */
  async register(): Promise<void> {
    const response = await this.#register(EXPIRES_SECONDS)
    if (statusOf(response) !== 200) {
      throw new RegistrationRefused(
        `${this.extension} could not register: ${statusOf(response)} ${reasonPhraseOf(response)}`,
      )
    }
    this.#refreshIn(EXPIRES_SECONDS * 500)
  }

  async unregister(): Promise<void> {
    clearTimeout(this.#refresh)
    await this.#register(0)
  }

  /** What texts are answered with from now on; 200 at first. */
  answerTextsWith(answer: TextAnswer): void {
    this.#answer = answer
  }

  /** @param to Whatever the phone's user dials: an extension, a group, a number. */
  async sendText(to: string, text: string): Promise<SentText> {
    const uri = sipUri(to, this.#options.pbx)
    const callId = token()
    const response = await this.#authenticated(
      'MESSAGE',
      uri,
      uri,
      callId,
      [['Content-Type', 'text/plain']],
      text,
    )
    return { code: statusOf(response), reason: reasonPhraseOf(response), callId }
  }

  /** As if its cable were pulled: it stays registered until that expires. */
  close(): void {
    clearTimeout(this.#refresh)
    this.#socket?.close()
    this.#socket = undefined
  }

  #connected(): SipSocket {
    if (this.#socket === undefined) throw new Error(`Phone ${this.extension} is closed.`)
    return this.#socket
  }

  #contact(): string {
    return sipUri(this.extension, this.address)
  }

  #register(expiresSeconds: number): Promise<SipMessage> {
    const { host, port } = this.#options.pbx
    return this.#authenticated('REGISTER', `sip:${host}:${port}`, this.#self(), this.#registrationId, [
      ['Expires', String(expiresSeconds)],
    ])
  }

  #refreshIn(delayMs: number): void {
    clearTimeout(this.#refresh)
    this.#refresh = setTimeout(async () => {
      const code = statusOf(await this.#register(EXPIRES_SECONDS))
      if (this.#socket !== undefined) this.#refreshIn(code === 200 ? EXPIRES_SECONDS * 500 : RETRY_MS)
    }, delayMs)
  }

  #self(): string {
    return sipUri(this.extension, this.#options.pbx)
  }

  /** Sends a request, and once more with the password when it is asked for. */
  async #authenticated(
    method: string,
    uri: string,
    to: string,
    callId: string,
    headers: readonly SipHeader[],
    body = '',
  ): Promise<SipMessage> {
    const attempt = (extra: readonly SipHeader[]): Promise<SipMessage> => {
      this.#cseq += 1
      const socket = this.#connected()
      return socket.request(this.#options.pbx, {
        method,
        uri,
        headers: [
          ['From', `<${this.#self()}>;tag=${token()}`],
          ['To', `<${to}>`],
          ['Call-ID', callId],
          ['CSeq', `${this.#cseq} ${method}`],
          ['Contact', `<${this.#contact()}>`],
          ...headers,
          ...extra,
        ],
        body,
      })
    }
    const response = await attempt([])
    const challenged = statusOf(response) === 401 || statusOf(response) === 407
    if (!challenged || this.#socket === undefined) return response
    const login = { username: this.extension, password: this.#options.password }
    const authorization = digestAnswer(response, login, method, uri)
    return authorization === null ? response : attempt([authorization])
  }

  #receive(incoming: SipIncoming): void {
    const { request, reply } = incoming
    const method = methodOf(request)
    const call = this.#open.get(header(request, 'Call-ID'))
    if (method === 'ACK') return
    if (call !== undefined) call.receive(method, incoming)
    else if (method === 'INVITE') this.#receiveCall(incoming)
    else if (method === 'MESSAGE') this.#receiveText(incoming)
    else reply(method === 'BYE' || method === 'CANCEL' ? 481 : 200)
  }

  #receiveText({ request, reply }: SipIncoming): void {
    if (this.#answer === 'silence') return
    this.texts.push(receivedText(request))
    reply(this.#answer)
  }

  #receiveCall(incoming: SipIncoming): void {
    const call = new IncomingCall(this.#connected(), incoming, this.#contact())
    this.#open.set(call.callId, call)
    void call.ended.then(() => this.#open.delete(call.callId))
    this.calls.push(call)
  }
}
