import { type Static, Type } from 'typebox'
import type { Log } from '../../app/ports/ambient.ts'
import type {
  AddressReader,
  CarrierAccount,
  SendLimits,
  WebhookCarrier,
  WebhookRequest,
  WebhookResult,
} from '../../app/ports/carriers.ts'
import type { Address } from '../../domain/message/address.ts'
import { CarrierSettingsError, readPart, readSettings, Text } from '../account-settings.ts'
import { isJsonType, readJsonBody, unreadableJson } from '../json-webhook.ts'
import { UnderWay } from '../under-way.ts'
import type { Graph } from './whatsapp-graph.ts'
import { whatsAppMedia } from './whatsapp-media.ts'
import { whatsAppProbe } from './whatsapp-probe.ts'
import { ArrivalNumbers, whatsAppReceipts } from './whatsapp-receipts.ts'
import { longestFileBytes, longestText, sendByWhatsApp } from './whatsapp-send.ts'
import { challengeOf, signingSecret } from './whatsapp-signature.ts'
import { listTemplates } from './whatsapp-templates.ts'
import { readWhatsAppCall } from './whatsapp-webhook.ts'

const closed = { additionalProperties: false }
const GraphId = (what: string) => Text(`${what}: the digits that the WhatsApp Manager shows`, '^[0-9]{5,30}$')

export const WhatsAppCloudSettingsSchema = Type.Object(
  {
    wabaId: GraphId('the id of the WhatsApp Business account'),
    phoneNumbers: Type.Array(
      Type.Object(
        {
          id: GraphId('a phone number id'),
          number: Text('that number in full, such as +16313808000', '^\\+[1-9][0-9]{6,14}$'),
        },
        { ...closed, description: 'a phone number: its id and the number' },
      ),
      {
        minItems: 1,
        maxItems: 100,
        description: 'a list of this account’s phone numbers, each {id, number}',
      },
    ),
    apiVersion: Type.Optional(
      Text('a version of the Graph API, such as v24.0', '^v[1-9][0-9]{0,2}\\.[0-9]$'),
    ),
  },
  closed,
)
export type WhatsAppCloudSettings = Static<typeof WhatsAppCloudSettingsSchema>

const AppSecret = Text('the app secret: 32 hexadecimal digits', '^[0-9a-fA-F]{32}$')
/** While the app secret is being reset Meta may sign with either: the old one stays as `previousAppSecret`. */
export const WhatsAppCloudSecretsSchema = Type.Object(
  {
    accessToken: Text('an access token of a system user, without spaces', '^[!-~]{10,1000}$'),
    appSecret: AppSecret,
    previousAppSecret: Type.Optional(AppSecret),
    verifyToken: Text(
      'a word of your own that is entered in Meta’s console too: 8 or more letters, digits and -._~',
      '^[\\w.~-]{8,200}$',
    ),
  },
  closed,
)

export interface WhatsAppCloudDeps {
  readonly readAddress: AddressReader
  readonly log: Log
  /** Where the API is, for a test or a lab; Meta's own otherwise. */
  readonly apiBase?: string
  readonly deadlineMs?: number
}

const graphApi = 'https://graph.facebook.com'
/** Meta keeps each version for two years. */
const currentVersion = 'v24.0'
const callDeadlineMs = 15_000

const whatsAppLimits: SendLimits = {
  perSecond: 80,
  // One in 6 s is allowed to each customer, and bursts against later ones: who hits that is told by error 131056.
  perPairMs: 0,
  longestText,
  media: { most: 1, longestBytes: longestFileBytes },
  windowMs: { whatsapp: 24 * 60 * 60 * 1000 },
}

/**
 * A WhatsApp Business account on Meta's Cloud API at work. What became of a send can't be asked there, so it has no
 * inquiry: a status that echoes our id settles it. Throws `CarrierSettingsError`.
 */
export function createWhatsAppCloudCarrier(account: CarrierAccount, deps: WhatsAppCloudDeps): WebhookCarrier {
  const settings = readSettings(account, WhatsAppCloudSettingsSchema)
  const secrets = readPart(account, 'secrets', WhatsAppCloudSecretsSchema)
  const appSecrets = [secrets.appSecret, secrets.previousAppSecret].filter((secret) => secret !== undefined)
  const numbers = numbersById(account, settings)
  const idOf = new Map(settings.phoneNumbers.map(({ id, number }) => [number, id]))
  const graph: Graph = {
    apiBase: deps.apiBase ?? graphApi,
    version: settings.apiVersion ?? currentVersion,
    accessToken: secrets.accessToken,
    deadlineMs: deps.deadlineMs ?? callDeadlineMs,
  }
  const underWay = new UnderWay()
  const arrivals = new ArrivalNumbers()
  let rotationSeen = false

  function receive(request: WebhookRequest): WebhookResult {
    if (request.method === 'GET') return answerChallenge(request, secrets.verifyToken)
    const secret = signingSecret(request.headers['x-hub-signature-256'], request.body, appSecrets)
    if (secret < 0)
      return { kind: 'refused', reason: 'X-Hub-Signature-256 does not match: the app secret is wrong' }
    if (secret > 0 && !rotationSeen) {
      rotationSeen = true
      deps.log.info({ carrierId: account.id }, 'Meta still signs with the previous app secret')
    }
    if (!isJsonType(request.headers['content-type'])) return unreadableJson('the body is not JSON')
    const body = readJsonBody(request.body)
    if (body === null) return unreadableJson('the body is not a JSON object in UTF-8')
    const { receivedAt } = request
    const onMessage = (id: string, phoneNumberId: string) => arrivals.remember(id, phoneNumberId)
    return readWhatsAppCall({ carrierId: account.id, body, numbers, receivedAt, onMessage }, deps.readAddress)
  }

  return {
    id: account.id,
    channels: ['whatsapp'],
    numbers: [...numbers.values()].map((did) => ({ channel: 'whatsapp', did })),
    limits: whatsAppLimits,
    send: (message) => underWay.run(sendByWhatsApp(message, graph, idOf.get(message.from.value))),
    receive,
    media: whatsAppMedia(graph),
    templates: {
      list: async (did) => (idOf.has(did.value) ? listTemplates(graph, settings.wabaId) : []),
    },
    readReceipts: whatsAppReceipts(graph, [...numbers.keys()], arrivals),
    probe: whatsAppProbe(graph, numbers),
    close: () => underWay.settled(),
  }
}

function numbersById(account: CarrierAccount, { phoneNumbers }: WhatsAppCloudSettings): Map<string, Address> {
  const numbers = new Map<string, Address>()
  const seen = new Set<string>()
  for (const [index, { id, number }] of phoneNumbers.entries()) {
    if (numbers.has(id) || seen.has(number)) {
      const path = `settings.phoneNumbers.${index}`
      throw new CarrierSettingsError(account, path, 'stands in the list twice: remove one of the two.')
    }
    numbers.set(id, { kind: 'number', value: number })
    seen.add(number)
  }
  return numbers
}

function answerChallenge({ url }: WebhookRequest, verifyToken: string): WebhookResult {
  const challenge = challengeOf(url, verifyToken)
  if (challenge === null)
    return { kind: 'refused', reason: 'this is no subscription by Meta, or its verify token is not ours' }
  return {
    kind: 'content',
    inbound: [],
    reports: [],
    answer: { status: 200, contentType: 'text/plain', body: challenge },
  }
}
