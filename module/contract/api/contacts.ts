import { type Static, Type } from 'typebox'
import { closed, Nullable, Time } from './parts.ts'

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })

export const ContactBodySchema = Type.Object(
  {
    name: Name,
    note: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
    version: Type.Optional(
      Nullable(Type.Integer({ minimum: 1, description: 'The one that its writer saw; null for a new one' })),
    ),
  },
  closed,
)

export const ContactSchema = Type.Object(
  {
    address: Type.String(),
    name: Type.String(),
    note: Nullable(Type.String()),
    version: Type.Integer(),
    updatedAt: Time,
  },
  closed,
)

export type ContactWire = Static<typeof ContactSchema>

export const ContactListSchema = Type.Object(
  { items: Type.Array(ContactSchema), next: Nullable(Type.String()) },
  closed,
)

export const ContactImportSchema = Type.Object(
  {
    dryRun: Type.Boolean({ description: 'Nothing was changed' }),
    rows: Type.Integer(),
    created: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    failed: Type.Integer(),
    errors: Type.Array(
      Type.Object({ line: Type.Integer({ description: 'Counted from 1' }), sentence: Type.String() }, closed),
      { description: 'The first hundred' },
    ),
  },
  closed,
)

export type ContactImportWire = Static<typeof ContactImportSchema>

export const CustomerNameBodySchema = Type.Object({ name: Name }, closed)
