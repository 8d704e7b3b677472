import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { ReceivedText } from './received-text.ts'
import type { TrunkPeer } from './trunk-peer.ts'

export interface CustomerPhone {
  readonly url: string
  close(): Promise<void>
}

/** A text on the customer's phone, as the page gets it. */
interface PhoneText {
  readonly id: number
  /** `sent` by the customer, or `received` from the business. */
  readonly direction: 'sent' | 'received'
  /** The customer's own number. */
  readonly me: string
  readonly business: string
  readonly text: string
  /** SIP status of a sent one; null while it is on its way and for received ones. */
  readonly code: number | null
  /** RFC 3339. */
  readonly at: string
}

interface TextBody {
  readonly me: string
  readonly business: string
  readonly text: string
}

const HOST = '127.0.0.1'
const REMEMBERED = 500

const FILES = [
  { path: '/', file: 'page.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const

const TEXT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['me', 'business', 'text'],
  properties: {
    /** A number, a short code, or the name that some senders have instead. */
    me: { type: 'string', pattern: '^(\\+?[0-9]{3,15}|[A-Za-z][A-Za-z0-9]{1,10})$' },
    business: { type: 'string', pattern: '^\\+?[0-9]{3,15}$' },
    text: { type: 'string', minLength: 1, maxLength: 2000 },
  },
} as const

/** A page that plays the customer's mobile phone, at the carrier's end of the sample PBX's trunk. Loopback only. */
export async function startCustomerPhone({
  peer,
  port,
}: {
  readonly peer: TrunkPeer
  /** 0 for any. */
  readonly port: number
}): Promise<CustomerPhone> {
  const app = Fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  })
  const texts = new PhoneTexts()
  const forget = peer.texts.onArrival((received) => texts.add(fromBusiness(received)))
  app.addHook('onRequest', refuseStrangers)
  await servePage(app)
  serveEvents(app, texts)
  app.post<{ Body: TextBody }>('/texts', { schema: { body: TEXT_SCHEMA } }, async ({ body }, reply) => {
    const sent = texts.add({ ...body, direction: 'sent', code: null })
    const { code } = await peer.sendText({ from: body.me, to: body.business, text: body.text })
    return reply.code(201).send(texts.settle(sent.id, code))
  })
  const url = await app.listen({ host: HOST, port })
  return {
    url: `${url}/`,
    async close() {
      forget()
      texts.hangUp()
      await app.close()
    },
  }
}

const fromBusiness = ({ from, to, text }: ReceivedText): NewText => ({
  direction: 'received',
  me: to,
  business: from,
  text,
  code: null,
})

type NewText = Omit<PhoneText, 'id' | 'at'>

/** What is on the phone, and the open pages that show it. */
class PhoneTexts {
  readonly #texts: PhoneText[] = []
  readonly #pages = new Set<ServerResponse>()
  #lastId = 0

  add(text: NewText): PhoneText {
    this.#lastId += 1
    const added = { ...text, id: this.#lastId, at: new Date().toISOString() }
    this.#texts.push(added)
    if (this.#texts.length > REMEMBERED) this.#texts.shift()
    this.#tell(added)
    return added
  }

  settle(id: number, code: number): PhoneText | undefined {
    const index = this.#texts.findIndex((text) => text.id === id)
    const text = this.#texts[index]
    if (text === undefined) return undefined
    const settled = { ...text, code }
    this.#texts[index] = settled
    this.#tell(settled)
    return settled
  }

  /** Gives a page everything so far, and from now on what changes. */
  show(page: ServerResponse): void {
    for (const text of this.#texts) page.write(serverSentEvent(text))
    this.#pages.add(page)
    page.on('close', () => this.#pages.delete(page))
  }

  hangUp(): void {
    for (const page of this.#pages) page.end()
  }

  #tell(text: PhoneText): void {
    for (const page of this.#pages) page.write(serverSentEvent(text))
  }
}

/** JSON has no raw line breaks, so one `data` line holds any text. */
const serverSentEvent = (text: PhoneText): string => `data: ${JSON.stringify(text)}\n\n`

/** Other sites that the same browser shows must neither read texts nor send any. */
async function refuseStrangers(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { host, origin } = request.headers
  const name = host?.replace(/:\d+$/, '')
  const isOurs = name === HOST || name === 'localhost'
  if (isOurs && (origin === undefined || origin === `http://${host}`)) return
  await reply.code(403).send({ error: 'This phone is only for pages of this machine.' })
}

async function servePage(app: FastifyInstance): Promise<void> {
  for (const { path, file, type } of FILES) {
    const content = await readFile(new URL(`customer-phone/${file}`, import.meta.url))
    app.get(path, (_request, reply) =>
      reply
        .headers({
          'content-type': type,
          'cache-control': 'no-store',
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        })
        .send(content),
    )
  }
}

function serveEvents(app: FastifyInstance, texts: PhoneTexts): void {
  app.get('/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write('retry: 1000\n\n')
    texts.show(reply.raw)
  })
}
