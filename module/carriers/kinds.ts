import { Type } from 'typebox'
import type { CarrierKindFacts } from '../app/ports/carriers.ts'
import { BandwidthSecretsSchema, BandwidthSettingsSchema } from './bandwidth/bandwidth-carrier.ts'
import { GenericSecretsSchema, GenericSettingsSchema } from './generic/generic-schema.ts'
import type { CarrierKind } from './registry.ts'
import { SignalWireSecretsSchema, SignalWireSettingsSchema } from './signalwire/signalwire-carrier.ts'
import { SipMessageSettingsSchema } from './sip-message/sip-message-carrier.ts'
import { TelnyxSecretsSchema, TelnyxSettingsSchema } from './telnyx/telnyx-carrier.ts'
import { TwilioSecretsSchema, TwilioSettingsSchema } from './twilio/twilio-carrier.ts'
import {
  WhatsAppCloudSecretsSchema,
  WhatsAppCloudSettingsSchema,
} from './whatsapp-cloud/whatsapp-cloud-carrier.ts'

/** What administrators are told of each kind, in the order in which they are offered. */
const facts: Readonly<Record<CarrierKind, Omit<CarrierKindFacts, 'kind'>>> = {
  'sip-message': {
    name: 'SIP trunk',
    channels: ['sip'],
    can: ['Texts over a trunk of this PBX', 'No account elsewhere'],
    cannot: ['Files', 'Word of delivery'],
    webhookPlace: null,
    settings: SipMessageSettingsSchema,
    secrets: Type.Object({}),
  },
  twilio: {
    name: 'Twilio',
    channels: ['sms', 'whatsapp'],
    can: ['SMS and MMS', 'WhatsApp', 'Word of delivery', 'Two auth tokens while one is replaced'],
    cannot: [],
    webhookPlace:
      'Twilio Console › Phone Numbers › Active numbers › your number › Messaging: “A message comes in”, Webhook, HTTP POST. For WhatsApp: Messaging › Senders › WhatsApp senders › your sender.',
    settings: TwilioSettingsSchema,
    secrets: TwilioSecretsSchema,
  },
  'whatsapp-cloud': {
    name: 'WhatsApp Cloud (Meta)',
    channels: ['whatsapp'],
    can: ['WhatsApp without a vendor between', 'Files', 'Word of delivery and of reading', 'Templates'],
    cannot: ['SMS'],
    webhookPlace:
      'Meta for Developers › your app › WhatsApp › Configuration: Callback URL, with the verify token below. Subscribe to the field “messages”.',
    settings: WhatsAppCloudSettingsSchema,
    secrets: WhatsAppCloudSecretsSchema,
  },
  telnyx: {
    name: 'Telnyx',
    channels: ['sms'],
    can: ['SMS and MMS', 'Word of delivery', 'Two public keys while one is replaced'],
    cannot: ['WhatsApp'],
    webhookPlace:
      'Telnyx Mission Control › Messaging › Programmable Messaging › your messaging profile › Inbound: “Send a webhook to this URL”, API version 2.',
    settings: TelnyxSettingsSchema,
    secrets: TelnyxSecretsSchema,
  },
  bandwidth: {
    name: 'Bandwidth',
    channels: ['sms'],
    can: ['SMS and MMS', 'Word of delivery'],
    cannot: ['WhatsApp'],
    webhookPlace:
      'Bandwidth App › Applications › your messaging application: Inbound and Status callback URL, with the callback user and password.',
    settings: BandwidthSettingsSchema,
    secrets: BandwidthSecretsSchema,
  },
  signalwire: {
    name: 'SignalWire',
    channels: ['sms'],
    can: ['SMS and MMS', 'Word of delivery', 'Two signing keys while one is replaced'],
    cannot: ['WhatsApp'],
    webhookPlace:
      'Your SignalWire space › Phone Numbers › your number › Messaging: handle messages using LaML webhooks, when a message comes in.',
    settings: SignalWireSettingsSchema,
    secrets: SignalWireSecretsSchema,
  },
  generic: {
    name: 'Another carrier with an HTTP API',
    channels: ['sms', 'whatsapp'],
    can: ['VoIP.ms, Flowroute and BulkVS by a preset', 'Any other by a description'],
    cannot: [],
    webhookPlace:
      'In your carrier’s portal, where it asks for a callback, postback or webhook URL of messages.',
    settings: GenericSettingsSchema,
    secrets: GenericSecretsSchema,
  },
}

export const carrierKindFacts: readonly CarrierKindFacts[] = (Object.keys(facts) as CarrierKind[]).map(
  (kind) => ({
    kind,
    ...facts[kind],
  }),
)
