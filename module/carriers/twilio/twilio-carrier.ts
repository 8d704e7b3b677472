import { type Static, Type } from 'typebox'
import type { CarrierAccount, SendLimits, WebhookCarrier } from '../../app/ports/carriers.ts'
import { readPart, readSettings, Text } from '../account-settings.ts'
import { createTwilioShaped, type TwilioDeps } from './twilio-shaped.ts'

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

const twilioApi = 'https://api.twilio.com'
const twilioContentApi = 'https://content.twilio.com'
/** Twilio queues by itself what is too fast for a number, so only its API's own limit is kept to. */
const twilioLimits: SendLimits = {
  perSecond: 50,
  perPairMs: 0,
  longestText: 1600,
  media: { most: 10, longestBytes: 5 * 1024 * 1024 },
  windowMs: { whatsapp: 24 * 60 * 60 * 1000 },
}

/** A Twilio account at work. Throws `CarrierSettingsError`. */
export function createTwilioCarrier(account: CarrierAccount, deps: TwilioDeps): WebhookCarrier {
  const settings = readSettings(account, TwilioSettingsSchema)
  const { authToken, previousAuthToken } = readPart(account, 'secrets', TwilioSecretsSchema)
  return createTwilioShaped(
    account,
    {
      vendor: 'Twilio',
      channels: ['sms', 'whatsapp'],
      limits: twilioLimits,
      accountSid: settings.accountSid,
      authToken,
      messagingServiceSid: settings.messagingServiceSid ?? null,
      signingKeys: [authToken, ...(previousAuthToken === undefined ? [] : [previousAuthToken])],
      signatureHeader: 'x-twilio-signature',
      apiBase: twilioApi,
      accountPath: `/2010-04-01/Accounts/${settings.accountSid}`,
      contentBase: twilioContentApi,
      // What it redirects to, at a content network, wants none.
      mediaHosts: ['api.twilio.com'],
    },
    deps,
  )
}
