import { Type } from 'typebox'
import type { AddressReader, CarrierAccount, SendLimits, WebhookCarrier } from '../../app/ports/carriers.ts'
import type { Millis } from '../../domain/ids.ts'
import { readPart, readSettings, Text } from '../account-settings.ts'
import { basicAuth } from '../call-api.ts'
import { sameBasicAuth } from '../same-secret.ts'
import { UnderWay } from '../under-way.ts'
import { askBandwidth, type BandwidthSender, probeBandwidth, sendByBandwidth } from './bandwidth-send.ts'
import { readBandwidthCall } from './bandwidth-webhook.ts'

const closed = { additionalProperties: false }
const OwnNumber = Text(
  'a number in full such as +16313808000, or a short code of 3 to 8 digits',
  '^(\\+[1-9][0-9]{6,14}|[0-9]{3,8})$',
)

export const BandwidthSettingsSchema = Type.Object(
  {
    accountId: Text('the account id from the Bandwidth dashboard: digits', '^[0-9]{1,20}$'),
    applicationId: Text(
      'the id of the messaging application: 32 hexadecimal digits with dashes',
      '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    ),
    numbers: Type.Optional(Type.Array(OwnNumber, { description: 'a list of this account’s numbers' })),
  },
  closed,
)

const Word = (description: string) => Text(description, '^[!-~]{1,200}$')
export const BandwidthSecretsSchema = Type.Object(
  {
    user: Word('the API user or token from the Bandwidth dashboard, without spaces'),
    password: Word('the API password or secret from the Bandwidth dashboard, without spaces'),
    /** What the messaging application says when it calls: it is all that tells Bandwidth from a stranger. */
    webhookUser: Word('the callback user of the messaging application, without spaces'),
    webhookPassword: Word('the callback password of the messaging application, without spaces'),
    previousWebhookPassword: Type.Optional(Word('the callback password before it, without spaces')),
  },
  closed,
)

export interface BandwidthDeps {
  readonly readAddress: AddressReader
  /** Where the API is, for a test or a lab; Bandwidth's own otherwise. */
  readonly apiBase?: string
  readonly deadlineMs?: number
  readonly now?: () => Millis
}

const bandwidthApi = 'https://messaging.bandwidth.com'
const sendDeadlineMs = 15_000
const longestBodyBytes = 4 * 1024 * 1024
const bandwidthLimits: SendLimits = {
  perSecond: 1,
  perPairMs: 0,
  longestText: 2048,
  media: { most: 10, longestBytes: 3_750_000 },
  windowMs: {},
}

/** A Bandwidth messaging application at work. Throws `CarrierSettingsError`. */
export function createBandwidthCarrier(account: CarrierAccount, deps: BandwidthDeps): WebhookCarrier {
  const settings = readSettings(account, BandwidthSettingsSchema)
  const { user, password, webhookUser, webhookPassword, previousWebhookPassword } = readPart(
    account,
    'secrets',
    BandwidthSecretsSchema,
  )
  const sender: BandwidthSender = {
    accountId: settings.accountId,
    applicationId: settings.applicationId,
    user,
    password,
    apiBase: deps.apiBase ?? bandwidthApi,
    deadlineMs: deps.deadlineMs ?? sendDeadlineMs,
    now: deps.now ?? Date.now,
  }
  const underWay = new UnderWay()

  return {
    id: account.id,
    channels: ['sms'],
    numbers:
      settings.numbers?.map((number) => ({ channel: 'sms' as const, did: deps.readAddress(number) })) ?? null,
    limits: bandwidthLimits,
    send: (message) => underWay.run(sendByBandwidth(message, sender)),

    receive(request) {
      if (request.method !== 'POST') return { kind: 'refused', reason: 'the call is no POST' }
      if (request.body.byteLength > longestBodyBytes)
        return { kind: 'refused', reason: 'the body is too large' }
      const passwords = [webhookPassword, previousWebhookPassword].filter((one) => one !== undefined)
      const isTheirs = passwords.filter((one) =>
        sameBasicAuth(request.headers.authorization, webhookUser, one),
      )
      if (isTheirs.length === 0)
        return { kind: 'refused', reason: 'the callback user or password of the application is wrong' }
      return readBandwidthCall(request, account.id, deps.readAddress)
    },

    media: {
      locate: async ({ url }) => ({
        kind: 'at',
        url,
        headers: { authorization: basicAuth(user, password) },
        credentialHosts: ['messaging.bandwidth.com'],
      }),
    },
    inquiry: { ask: (message, sentAt) => underWay.run(askBandwidth(message, sentAt, sender)) },
    probe: { check: () => underWay.run(probeBandwidth(sender)) },

    async close() {
      await underWay.settled()
    },
  }
}
