import { Type } from 'typebox'
import type { CarrierAccount, SendLimits, WebhookCarrier } from '../../app/ports/carriers.ts'
import { readPart, readSettings, Text } from '../account-settings.ts'
import { createTwilioShaped, type TwilioDeps } from '../twilio/twilio-shaped.ts'

const closed = { additionalProperties: false }
const OwnNumber = Text(
  'a number in full such as +16313808000, or a short code of 3 to 8 digits',
  '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
)

export const SignalWireSettingsSchema = Type.Object(
  {
    space: Text(
      'the host of your SignalWire space, without https://: example.signalwire.com',
      '^[a-z0-9][a-z0-9-]{0,62}\\.signalwire\\.com$',
    ),
    projectId: Text(
      'the project id from the API page of your space: 32 hexadecimal digits with dashes',
      '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    ),
    numbers: Type.Optional(Type.Array(OwnNumber, { description: 'a list of this project’s numbers' })),
  },
  closed,
)

const Word = (description: string) => Text(description, '^[!-~]{1,200}$')
/** While a signing key is being replaced, the old one stays as `previousSigningKey`. */
export const SignalWireSecretsSchema = Type.Object(
  {
    apiToken: Word('an API token with the Messaging scope, without spaces'),
    signingKey: Word('the signing key from the API page of your space, without spaces'),
    previousSigningKey: Type.Optional(Word('the signing key before it, without spaces')),
  },
  closed,
)

const signalWireLimits: SendLimits = {
  perSecond: 10,
  perPairMs: 0,
  longestText: 1600,
  media: { most: 8, longestBytes: 1024 * 1024 },
  windowMs: {},
}

/**
 * A SignalWire project at work, by its compatibility API: Twilio's, at another place, signed with a key of its own.
 * Throws `CarrierSettingsError`.
 */
export function createSignalWireCarrier(account: CarrierAccount, deps: TwilioDeps): WebhookCarrier {
  const { space, projectId, numbers } = readSettings(account, SignalWireSettingsSchema)
  const { apiToken, signingKey, previousSigningKey } = readPart(account, 'secrets', SignalWireSecretsSchema)
  const carrier = createTwilioShaped(
    account,
    {
      vendor: 'SignalWire',
      channels: ['sms'],
      limits: signalWireLimits,
      accountSid: projectId,
      authToken: apiToken,
      messagingServiceSid: null,
      signingKeys: [signingKey, ...(previousSigningKey === undefined ? [] : [previousSigningKey])],
      signatureHeader: 'x-signalwire-signature',
      apiBase: `https://${space}`,
      accountPath: `/api/laml/2010-04-01/Accounts/${projectId}`,
      contentBase: null,
      mediaHosts: [space],
    },
    deps,
  )
  const own = numbers?.map((number) => ({ channel: 'sms' as const, did: deps.readAddress(number) })) ?? null
  return { ...carrier, numbers: own }
}
