import { type Static, Type } from 'typebox'
import { closed, Nullable, Time } from './parts.ts'

export const AuditQuerySchema = Type.Object({
  before: Type.Optional(Type.String({ maxLength: 200 })),
  act: Type.Optional(
    Type.String({ maxLength: 60, description: 'rule.save, or rule for all that is done to rules' }),
  ),
  actor: Type.Optional(Type.String({ maxLength: 128, description: 'An extension, a session or a key’s id' })),
  target: Type.Optional(Type.String({ maxLength: 200 })),
  since: Type.Optional(Time),
  until: Type.Optional(Time),
})

export const AuditEntrySchema = Type.Object(
  {
    at: Time,
    actor: Type.Object(
      { kind: Type.Enum(['person', 'api-key', 'parley']), id: Type.String(), name: Type.String() },
      closed,
    ),
    act: Type.String({ description: 'Stable: rule.save, carrier.save, sign-in.done…' }),
    target: Type.String({ description: 'rule/r1' }),
    sentence: Type.String(),
    changed: Type.Array(Type.String(), { description: 'The fields that differ' }),
    beforeDigest: Nullable(Type.String({ description: 'SHA-256 of what it was, without secrets' })),
    afterDigest: Nullable(Type.String()),
  },
  closed,
)

export type AuditEntryWire = Static<typeof AuditEntrySchema>

export const AuditListSchema = Type.Object(
  { items: Type.Array(AuditEntrySchema), next: Nullable(Type.String()) },
  closed,
)
