import { type Static, Type } from 'typebox'
import { closed, Nullable } from './parts.ts'

export const CarrierBodySchema = Type.Object(
  {
    kind: Type.Enum(['twilio', 'generic', 'whatsapp-cloud', 'sip-message']),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'Write-only; left out keeps what is stored',
      }),
    ),
  },
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
  },
  closed,
)

export type CarrierWire = Static<typeof CarrierSchema>

export const CarrierListSchema = Type.Object({ items: Type.Array(CarrierSchema) }, closed)
