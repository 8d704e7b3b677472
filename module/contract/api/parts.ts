/**
 * What the API's shapes are made of. Each shape serves validation, types and the OpenAPI document at once; panels
 * import their types from this folder. Times are RFC 3339 strings in UTC; addresses are E.164 numbers, short codes
 * or names as text.
 */
import { type Static, Type } from 'typebox'

export const closed = { additionalProperties: false }

export const Time = Type.String({ format: 'date-time' })

export const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

export const GroupKindSchema = Type.Enum(['ring-group', 'queue', 'extension'])

export const ChannelSchema = Type.Enum(['sms', 'whatsapp', 'sip'])

export const DeliveryStateSchema = Type.Enum([
  'queued',
  'sending',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
])

export const GroupSchema = Type.Object(
  { kind: GroupKindSchema, number: Type.String(), name: Type.String() },
  closed,
)

export type GroupWire = Static<typeof GroupSchema>

export const AgentSchema = Type.Object({ extension: Type.String(), name: Type.String() }, closed)

export type AgentWire = Static<typeof AgentSchema>

export const CustomerSchema = Type.Object(
  {
    address: Type.String({ description: 'What to show and to search by: +19542788086' }),
    name: Nullable(Type.String()),
    answerable: Type.Boolean({ description: 'False for alphanumeric senders' }),
  },
  closed,
)

export const FailureSchema = Type.Object({ code: Type.String(), sentence: Type.String() }, closed)

export const DestinationSchema = Type.Object(
  { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 80 }) },
  closed,
)
