import { type Static, Type } from 'typebox'
import { ChannelSchema, closed, Nullable, Time } from './parts.ts'

export const CarrierBodySchema = Type.Object(
  {
    kind: Type.Enum([
      'twilio',
      'signalwire',
      'bandwidth',
      'generic',
      'whatsapp-cloud',
      'telnyx',
      'sip-message',
    ]),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String(), Nullable(Type.String({ minLength: 1 })), {
        description:
          'Write-only; one that is left out stays as it is stored, and null removes it. Another kind begins without any',
      }),
    ),
  },
  closed,
)

export const CarrierHealthSchema = Type.Object(
  {
    state: Type.Enum(['ok', 'warn', 'down', 'unknown']),
    sentence: Type.String(),
    since: Time,
    lastInboundAt: Nullable(Time),
    lastSuccessAt: Nullable(Time),
    errorRate: Nullable(Type.Number({ description: 'Of the sends of the last ten minutes, 0 to 1' })),
    expiresAt: Nullable(Time),
    webhook: Nullable(Type.Object({ works: Type.Boolean(), sentence: Type.String(), at: Time }, closed)),
  },
  closed,
)

export type CarrierHealthWire = Static<typeof CarrierHealthSchema>

/** A call that could not be read. In the list its words are masked. */
export const RawEventSchema = Type.Object(
  {
    n: Type.Integer(),
    at: Time,
    reason: Type.String(),
    contentType: Nullable(Type.String()),
    byteLength: Type.Integer(),
    body: Type.String({ description: 'What is not UTF-8 in it is replaced' }),
  },
  closed,
)

export type RawEventWire = Static<typeof RawEventSchema>

export const RawEventListSchema = Type.Object(
  { items: Type.Array(RawEventSchema, { description: 'Newest first' }) },
  closed,
)

export const CarrierSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    name: Type.String(),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    webhookUrl: Nullable(Type.String()),
    storedSecrets: Type.Optional(
      Type.Array(Type.String(), { description: 'Names of the secrets that are stored, never the secrets' }),
    ),
    health: Type.Optional(CarrierHealthSchema),
  },
  closed,
)

export type CarrierWire = Static<typeof CarrierSchema>

export const CarrierListSchema = Type.Object({ items: Type.Array(CarrierSchema) }, closed)

/** A kind of carrier there is, with all that a form needs to ask for. */
export const CarrierKindSchema = Type.Object(
  {
    kind: Type.String(),
    name: Type.String(),
    channels: Type.Array(ChannelSchema),
    can: Type.Array(Type.String(), { description: 'What it can do, each a few words' }),
    cannot: Type.Array(Type.String()),
    webhookPlace: Nullable(
      Type.String({
        description: 'Where in the vendor’s console the webhook URL goes; null without a webhook',
      }),
    ),
    settings: Type.Unknown({ description: 'A JSON Schema; each description says what belongs there' }),
    secrets: Type.Unknown({
      description: 'A JSON Schema, too. previousX stands beside a secret X that rotates',
    }),
  },
  closed,
)

export type CarrierKindWire = Static<typeof CarrierKindSchema>

export const CarrierKindListSchema = Type.Object({ items: Type.Array(CarrierKindSchema) }, closed)

/** New keys. What they replace is kept beside them until it is dropped, where the kind of carrier can do so. */
export const CarrierRotateBodySchema = Type.Object(
  {
    secrets: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 2000 })),
  },
  closed,
)
