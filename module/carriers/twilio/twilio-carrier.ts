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
import type { SendOutcome } from '../../domain/delivery.ts'
import type { MessageId } from '../../domain/ids.ts'
import { CarrierSettingsError, readPart, Text } from '../account-settings.ts'
import { queryOf, readForm } from './twilio-form.ts'
import { sendByTwilio, type TwilioSender } from './twilio-send.ts'
import { signingToken } from './twilio-signature.ts'
import { messageParameter, readTwilioCall } from './twilio-webhook.ts'

const closed = { additionalProperties: false }
const OwnNumber = Text(
  'a number in full such as +16313808000, or a short code of 3 to 8 digits',
  '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
)

export const TwilioSettingsSchema = Type.Object(
  {
    accountSid: Text(
      'the Account SID from the Twilio console: AC and 32 hexadecimal digits',
      '^AC[0-9a-fA-F]{32}$',
    ),
    numbers: Type.Optional(Type.Array(OwnNumber, { description: 'a list of this account’s numbers' })),
    messagingServiceSid: Type.Optional(
      Text('a Messaging Service SID: MG and 32 hexadecimal digits', '^MG[0-9a-fA-F]{32}$'),
    ),
  },
  closed,
)
export type TwilioSettings = Static<typeof TwilioSettingsSchema>

const Token = Text('an auth token from the Twilio console, without spaces', '^[!-~]{1,200}$')
/** While a token is being rotated Twilio signs with either one: the old one stays as `previousAuthToken`. */
export const TwilioSecretsSchema = Type.Object(
  { authToken: Token, previousAuthToken: Type.Optional(Token) },
  closed,
)

export interface TwilioDeps {
  /** Scheme, host and base path under which Twilio reaches us; null without one, and then nothing is reported. */
  readonly publicUrl: string | null
  readonly readAddress: AddressReader
  readonly log: Log
  /** Where the API is, for a test or a lab; Twilio's own otherwise. */
  readonly apiBase?: string
  readonly deadlineMs?: number
}

const twilioApi = 'https://api.twilio.com'
const sendDeadlineMs = 15_000
/** Twilio queues by itself what is too fast for a number, so only its API's own limit is kept to. */
const twilioLimits: SendLimits = {
  perSecond: 50,
  perPairMs: 0,
  longestText: 1600,
  media: { most: 10, longestBytes: 5 * 1024 * 1024 },
  windowMs: { whatsapp: 24 * 60 * 60 * 1000 },
}
/** A WhatsApp text of 4096 characters, four bytes each, is 50 kB once encoded. */
const longestBodyBytes = 128 * 1024

/** A Twilio account at work. Throws `CarrierSettingsError`. */
export function createTwilioCarrier(account: CarrierAccount, deps: TwilioDeps): WebhookCarrier {
  const settings = readPart(account, 'settings', TwilioSettingsSchema)
  const secrets = readPart(account, 'secrets', TwilioSecretsSchema)
  const tokens = [
    secrets.authToken,
    ...(secrets.previousAuthToken === undefined ? [] : [secrets.previousAuthToken]),
  ]
  const sender: TwilioSender = {
    accountSid: settings.accountSid,
    authToken: secrets.authToken,
    messagingServiceSid: settings.messagingServiceSid ?? null,
    apiBase: deps.apiBase ?? twilioApi,
    statusCallback: statusCallback(account, deps.publicUrl),
    deadlineMs: deps.deadlineMs ?? sendDeadlineMs,
  }
  const underWay = new Set<Promise<SendOutcome>>()
  let rotationSeen = false

  return {
    id: account.id,
    channels: ['sms', 'whatsapp'],
    numbers: null,
    limits: twilioLimits,

    async send(message) {
      const sending = sendByTwilio(message, sender)
      underWay.add(sending)
      try {
        return await sending
      } finally {
        underWay.delete(sending)
      }
    },

    receive(request) {
      const checked = verify(request, tokens)
      if (checked.kind === 'refused') return checked
      if (checked.token > 0 && !rotationSeen) {
        rotationSeen = true
        deps.log.info({ carrierId: account.id }, 'Twilio still signs with the previous auth token')
      }
      const { parameters, query } = checked
      return readTwilioCall(
        { carrierId: account.id, parameters, query, receivedAt: request.receivedAt },
        deps.readAddress,
      )
    },

    /** Every send ends by its own deadline: cutting one short would make it unknown. */
    async close() {
      await Promise.all(underWay)
    },
  }
}

function statusCallback(
  account: CarrierAccount,
  publicUrl: string | null,
): (messageId: MessageId) => string | null {
  if (publicUrl === null) return () => null
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl)) {
    throw new CarrierSettingsError(
      account,
      'publicUrl',
      'must be the address under which Twilio reaches Parley: https://…',
    )
  }
  const base = `${publicUrl.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(account.id)}/status`
  return (messageId) => `${base}?${messageParameter}=${encodeURIComponent(messageId)}`
}

type Checked =
  | Extract<WebhookResult, { kind: 'refused' }>
  | {
      readonly kind: 'verified'
      /** Index of the token that signed. */
      readonly token: number
      readonly parameters: ReturnType<typeof readForm>
      readonly query: ReturnType<typeof readForm>
    }

/** Whether Twilio made this call. What is not surely so is refused. */
function verify(request: WebhookRequest, tokens: readonly string[]): Checked {
  const signature = request.headers['x-twilio-signature']
  if (typeof signature !== 'string') return { kind: 'refused', reason: 'no X-Twilio-Signature' }
  if (request.body.byteLength > longestBodyBytes) return { kind: 'refused', reason: 'the body is too large' }
  const query = readForm(queryOf(request.url))
  const form = request.method === 'POST' && isForm(request.headers['content-type'])
  if (request.method === 'POST' && !form && !query.has('bodySHA256')) {
    return { kind: 'refused', reason: 'the body is not a form in UTF-8' }
  }
  const parameters = readForm(form ? Buffer.from(request.body).toString() : '')
  const token = signingToken({ url: request.url, signature, parameters, body: request.body }, tokens)
  if (token < 0) {
    return {
      kind: 'refused',
      reason: 'the signature does not match: the auth token or the public URL is wrong',
    }
  }
  return { kind: 'verified', token, parameters: request.method === 'GET' ? query : parameters, query }
}

const isForm = (contentType: string | readonly string[] | undefined): boolean =>
  typeof contentType === 'string' &&
  /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)
