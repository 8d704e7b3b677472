import { type Static, Type } from 'typebox'
import { closed, DestinationSchema, Nullable, Time } from './parts.ts'

const ScopeSchema = Type.String({ pattern: '^[a-z-]+:(read|write)$', description: 'conversations:read' })

export const ApiKeyBodySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(ScopeSchema, { minItems: 1, maxItems: 50, uniqueItems: true }),
    groups: Type.Optional(
      Type.Union([Type.Array(DestinationSchema, { minItems: 1, maxItems: 200 }), Type.Null()], {
        description: 'Whose conversations it sees; null for all',
      }),
    ),
    extension: Type.Optional(
      Nullable(Type.String({ pattern: '^[0-9*#]{1,20}$', description: 'Whom it writes as, if anybody' })),
    ),
    expiresAt: Type.Optional(Nullable(Time)),
  },
  closed,
)

const fields = {
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  groups: Nullable(Type.Array(DestinationSchema)),
  extension: Nullable(Type.String()),
  createdAt: Time,
  createdBy: Type.String(),
  expiresAt: Nullable(Time),
  lastUsedAt: Nullable(Time),
  revokedAt: Nullable(Time),
}

export const ApiKeySchema = Type.Object(fields, closed)
export type ApiKeyWire = Static<typeof ApiKeySchema>

export const NewApiKeySchema = Type.Object(
  { ...fields, key: Nullable(Type.String({ description: 'Shown this once; null when repeated' })) },
  closed,
)

export const ApiKeyListSchema = Type.Object(
  {
    items: Type.Array(ApiKeySchema),
    grantable: Type.Array(Type.String(), { description: 'The scopes there are' }),
    next: Nullable(Type.String()),
  },
  closed,
)
