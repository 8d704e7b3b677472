import { type Static, Type } from 'typebox'
import { closed, Nullable, Time } from './parts.ts'

const ConsentSource = Type.Enum(['keyword', 'carrier', 'admin'])

export const OptOutSchema = Type.Object(
  {
    customer: Type.String(),
    name: Nullable(Type.String()),
    did: Type.String(),
    since: Time,
    source: ConsentSource,
    by: Type.String(),
    reason: Nullable(Type.String()),
  },
  closed,
)

export type OptOutWire = Static<typeof OptOutSchema>

export const OptOutListSchema = Type.Object(
  { items: Type.Array(OptOutSchema), next: Nullable(Type.String()) },
  closed,
)

export const OptOutBodySchema = Type.Object(
  {
    customer: Type.String({ minLength: 1, maxLength: 60 }),
    did: Type.String({ minLength: 1, maxLength: 60 }),
    optedOut: Type.Boolean(),
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Kept for good' }),
  },
  closed,
)

export const OptOutResultSchema = Type.Object({ changed: Type.Boolean(), optedOut: Type.Boolean() }, closed)

export const OptOutChangeListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          optedOut: Type.Boolean(),
          source: ConsentSource,
          by: Type.String(),
          reason: Nullable(Type.String()),
          at: Time,
        },
        closed,
      ),
    ),
  },
  closed,
)
