import { type Static, Type } from 'typebox'
import type { Log } from '../../app/ports/ambient.ts'
import type {
  AddressReader,
  CarrierAccount,
  CredentialsProbe,
  MediaSource,
  SendLimits,
  WebhookCarrier,
} from '../../app/ports/carriers.ts'
import type { MessageId } from '../../domain/ids.ts'
import { addressKey } from '../../domain/message/address.ts'
import { CarrierSettingsError, readPart, readSettings, Text } from '../account-settings.ts'
import { isJsonType, readJsonBody, unreadableJson } from '../json-webhook.ts'
import { UnderWay } from '../under-way.ts'
import { callTelnyx, type TelnyxApi } from './telnyx-api.ts'
import { telnyxInquiry } from './telnyx-inquiry.ts'
import { longestMediaBytes, longestText, mostMedia, sendByTelnyx, type TelnyxSender } from './telnyx-send.ts'
import { telnyxKey, verifyTelnyxCall } from './telnyx-signature.ts'
import { messageParameter, readTelnyxCall } from './telnyx-webhook.ts'

const closed = { additionalProperties: false }
const OwnNumber = Text(
  'a number in full such as +16313808000, or a short code of 3 to 8 digits',
  '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
)
const publicKeyWords =
  'the public key from the Telnyx portal, under Keys & Credentials: 44 characters that end in ='
const PublicKey = Text(publicKeyWords, '^[A-Za-z0-9+/]{43}=$')

export const TelnyxSettingsSchema = Type.Object(
  {
    publicKey: PublicKey,
    /** Calls signed before the key was replaced may still come. */
    previousPublicKey: Type.Optional(PublicKey),
    numbers: Type.Optional(Type.Array(OwnNumber, { description: 'a list of this account’s numbers' })),
    messagingProfileId: Type.Optional(
      Text(
        'a messaging profile’s id: 36 characters with hyphens',
        '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      ),
    ),
  },
  closed,
)
export type TelnyxSettings = Static<typeof TelnyxSettingsSchema>

export const TelnyxSecretsSchema = Type.Object(
  { apiKey: Text('an API key from the Telnyx portal, without spaces', '^[!-~]{1,200}$') },
  closed,
)

export interface TelnyxDeps {
  /** Scheme, host and base path under which Telnyx reaches us; null without one, and then nothing is reported. */
  readonly publicUrl: string | null
  readonly readAddress: AddressReader
  readonly log: Log
  /** Where the API is, for a test or a lab; Telnyx's own otherwise. */
  readonly apiBase?: string
  readonly deadlineMs?: number
}

const telnyxApi = 'https://api.telnyx.com'
const callDeadlineMs = 15_000

/** Telnyx queues by itself what is too fast for a number, so only its API's own limit is kept to. */
const telnyxLimits: SendLimits = {
  perSecond: 50,
  perPairMs: 0,
  longestText,
  media: { most: mostMedia, longestBytes: longestMediaBytes },
  windowMs: {},
}

/** A Telnyx account at work. Throws `CarrierSettingsError`. */
export function createTelnyxCarrier(account: CarrierAccount, deps: TelnyxDeps): WebhookCarrier {
  const settings = readSettings(account, TelnyxSettingsSchema)
  const { apiKey } = readPart(account, 'secrets', TelnyxSecretsSchema)
  const keys = (['publicKey', 'previousPublicKey'] as const).flatMap((name) => {
    const written = settings[name]
    if (written === undefined) return []
    const key = telnyxKey(written)
    if (key === null)
      throw new CarrierSettingsError(account, `settings.${name}`, `must be ${publicKeyWords}.`)
    return [key]
  })
  const api: TelnyxApi = {
    apiBase: deps.apiBase ?? telnyxApi,
    apiKey,
    deadlineMs: deps.deadlineMs ?? callDeadlineMs,
  }
  const sender: TelnyxSender = {
    api,
    messagingProfileId: settings.messagingProfileId ?? null,
    statusUrl: statusUrl(account, deps.publicUrl),
  }
  const numbers = settings.numbers?.map(deps.readAddress) ?? null
  const own = new Set(numbers?.map(addressKey))
  const underWay = new UnderWay()
  let rotationSeen = false

  return {
    id: account.id,
    channels: ['sms'],
    numbers: numbers?.map((did) => ({ channel: 'sms', did })) ?? null,
    limits: telnyxLimits,
    send: (message) => underWay.run(sendByTelnyx(message, sender)),

    receive(request) {
      if (request.method !== 'POST') return { kind: 'refused', reason: 'Telnyx calls by POST' }
      const proof = verifyTelnyxCall(request, keys)
      if (proof.kind === 'refused') return proof
      if (proof.key > 0 && !rotationSeen) {
        rotationSeen = true
        deps.log.info({ carrierId: account.id }, 'Telnyx still signs with the previous key')
      }
      if (!isJsonType(request.headers['content-type'])) return unreadableJson('the body is not JSON')
      const body = readJsonBody(request.body)
      if (body === null) return unreadableJson('the body is not a JSON object in UTF-8')
      return readTelnyxCall(
        {
          carrierId: account.id,
          body,
          isOurs: (address) => own.has(addressKey(address)),
          receivedAt: request.receivedAt,
        },
        deps.readAddress,
      )
    },

    media: openMedia,
    // Without a status URL a record bears nothing by which to know our message again.
    ...(deps.publicUrl === null ? {} : { inquiry: telnyxInquiry(api) }),
    probe: telnyxProbe(api),
    close: () => underWay.settled(),
  }
}

/** Whoever has the address may read the file, for 30 days: nothing of ours goes along. */
const openMedia: MediaSource = {
  async locate({ url }) {
    if (url.startsWith('https://') && URL.canParse(url))
      return { kind: 'at', url, headers: {}, credentialHosts: [] }
    return {
      kind: 'gone',
      sentence: 'Telnyx did not say where the file is. Ask the customer to send it again.',
    }
  },
}

const telnyxProbe = (api: TelnyxApi): CredentialsProbe => ({
  async check() {
    const result = await callTelnyx(api, '/v2/messaging_profiles?page[size]=1')
    if (result.kind !== 'answered') return { kind: 'unreachable', reason: result.reason }
    if (result.status === 200) return { kind: 'valid', expiresAt: null }
    if (result.status === 401 || result.status === 403)
      return {
        kind: 'invalid',
        sentence:
          'Telnyx does not accept the API key. Make a new one in the Telnyx portal under Keys & Credentials and enter it.',
      }
    return { kind: 'unreachable', reason: `Telnyx answered HTTP ${result.status}` }
  },
})

function statusUrl(
  account: CarrierAccount,
  publicUrl: string | null,
): (messageId: MessageId) => string | null {
  if (publicUrl === null) return () => null
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl)) {
    throw new CarrierSettingsError(
      account,
      'publicUrl',
      'must be the address under which Telnyx reaches Parley: https://…',
    )
  }
  const base = `${publicUrl.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(account.id)}/status`
  return (messageId) => `${base}?${messageParameter}=${encodeURIComponent(messageId)}`
}
