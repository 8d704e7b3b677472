import type { Log } from '../../app/ports/ambient.ts'
import type {
  AddressReader,
  CarrierAccount,
  SendLimits,
  WebhookCarrier,
  WebhookRequest,
  WebhookResult,
} from '../../app/ports/carriers.ts'
import type { MessageId, Millis } from '../../domain/ids.ts'
import type { Channel } from '../../domain/message/message.ts'
import { CarrierSettingsError } from '../account-settings.ts'
import { basicAuth } from '../call-api.ts'
import { UnderWay } from '../under-way.ts'
import { queryOf, readForm } from './twilio-form.ts'
import { createTwilioInquiry, probeTwilio } from './twilio-inquiry.ts'
import { sendByTwilio, type TwilioSender } from './twilio-send.ts'
import { signingToken } from './twilio-signature.ts'
import { createTwilioTemplates } from './twilio-templates.ts'
import { messageParameter, readTwilioCall } from './twilio-webhook.ts'

/** What one vendor of this API does otherwise than another. */
export interface TwilioShape {
  /** As people call it. */
  readonly vendor: string
  readonly channels: readonly Channel[]
  readonly limits: SendLimits
  readonly accountSid: string
  readonly authToken: string
  readonly messagingServiceSid: string | null
  /** What may have signed a call: the current key first. */
  readonly signingKeys: readonly string[]
  /** In lower case; the first that came counts. */
  readonly signatureHeader: string
  /** `https://api.twilio.com` */
  readonly apiBase: string
  /** `/2010-04-01/Accounts/AC…` */
  readonly accountPath: string
  /** Where approved templates are listed; null where there are none. */
  readonly contentBase: string | null
  /** The hosts that hand out files for our credentials. */
  readonly mediaHosts: readonly string[]
}

export interface TwilioDeps {
  /** Scheme, host and base path under which the carrier reaches us; null without one, and then nothing is reported. */
  readonly publicUrl: string | null
  readonly readAddress: AddressReader
  readonly log: Log
  /** Where the API is, for a test or a lab; the vendor's own otherwise. */
  readonly apiBase?: string
  readonly deadlineMs?: number
  readonly now?: () => Millis
}

const sendDeadlineMs = 15_000
/** A WhatsApp text of 4096 characters, four bytes each, is 50 kB once encoded. */
const longestBodyBytes = 128 * 1024

/** An account at Twilio, or at a vendor that speaks as Twilio does. Throws `CarrierSettingsError`. */
export function createTwilioShaped(
  account: CarrierAccount,
  shape: TwilioShape,
  deps: TwilioDeps,
): WebhookCarrier {
  const sender: TwilioSender = {
    vendor: shape.vendor,
    accountSid: shape.accountSid,
    authToken: shape.authToken,
    messagingServiceSid: shape.messagingServiceSid,
    apiBase: deps.apiBase ?? shape.apiBase,
    accountPath: shape.accountPath,
    statusCallback: statusCallback(account, deps.publicUrl, shape.vendor),
    deadlineMs: deps.deadlineMs ?? sendDeadlineMs,
    now: deps.now ?? Date.now,
  }
  const contentBase = shape.contentBase === null ? null : (deps.apiBase ?? shape.contentBase)
  const templates = contentBase === null ? null : createTwilioTemplates(sender, contentBase)
  const inquiry = createTwilioInquiry(sender)
  const underWay = new UnderWay()
  let rotationSeen = false

  return {
    id: account.id,
    channels: shape.channels,
    numbers: null,
    limits: shape.limits,

    async send(message) {
      const outcome = await underWay.run(
        sendByTwilio(message, sender, (template) => templates?.contentSid(template) ?? null),
      )
      if (outcome.kind === 'taken' && outcome.carrierMessageId !== null)
        inquiry.remember(outcome.carrierMessageId, message.messageId)
      return outcome
    },

    receive(request) {
      const checked = verify(request, shape)
      if (checked.kind === 'refused') return checked
      if (checked.key > 0 && !rotationSeen) {
        rotationSeen = true
        deps.log.info({ carrierId: account.id }, `${shape.vendor} still signs with the previous key`)
      }
      const { parameters, query } = checked
      return readTwilioCall(
        { carrierId: account.id, parameters, query, receivedAt: request.receivedAt, vendor: shape.vendor },
        deps.readAddress,
      )
    },

    media: {
      locate: async ({ url }) => ({
        kind: 'at',
        url,
        headers: { authorization: basicAuth(shape.accountSid, shape.authToken) },
        credentialHosts: shape.mediaHosts,
      }),
    },
    inquiry: { ask: (message, sentAt) => underWay.run(inquiry.ask(message, sentAt)) },
    probe: { check: () => underWay.run(probeTwilio(sender)) },
    ...(templates === null ? {} : { templates: { list: () => underWay.run(templates.list()) } }),

    /** Every call ends by its own deadline: cutting one short would make it unknown. */
    async close() {
      await underWay.settled()
    },
  }
}

function statusCallback(
  account: CarrierAccount,
  publicUrl: string | null,
  vendor: string,
): (messageId: MessageId) => string | null {
  if (publicUrl === null) return () => null
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl)) {
    const sentence = `must be the address under which ${vendor} reaches Parley: https://…`
    throw new CarrierSettingsError(account, 'publicUrl', sentence)
  }
  const base = `${publicUrl.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(account.id)}/status`
  return (messageId) => `${base}?${messageParameter}=${encodeURIComponent(messageId)}`
}

type Checked =
  | Extract<WebhookResult, { kind: 'refused' }>
  | {
      readonly kind: 'verified'
      /** Index of the key that signed. */
      readonly key: number
      readonly parameters: ReturnType<typeof readForm>
      readonly query: ReturnType<typeof readForm>
    }

/** Whether the vendor made this call. What is not surely so is refused. */
function verify(request: WebhookRequest, { signatureHeader, signingKeys }: TwilioShape): Checked {
  const signature = request.headers[signatureHeader]
  if (typeof signature !== 'string') return { kind: 'refused', reason: `no header ${signatureHeader}` }
  if (request.body.byteLength > longestBodyBytes) return { kind: 'refused', reason: 'the body is too large' }
  const query = readForm(queryOf(request.url))
  const form = request.method === 'POST' && isForm(request.headers['content-type'])
  if (request.method === 'POST' && !form && !query.has('bodySHA256')) {
    return { kind: 'refused', reason: 'the body is not a form in UTF-8' }
  }
  const parameters = readForm(form ? Buffer.from(request.body).toString() : '')
  const key = signingToken({ url: request.url, signature, parameters, body: request.body }, signingKeys)
  if (key < 0) {
    return {
      kind: 'refused',
      reason: 'the signature does not match: the auth token or the public URL is wrong',
    }
  }
  return { kind: 'verified', key, parameters: request.method === 'GET' ? query : parameters, query }
}

const isForm = (contentType: string | readonly string[] | undefined): boolean =>
  typeof contentType === 'string' &&
  /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)
