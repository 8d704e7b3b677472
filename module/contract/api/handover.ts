import { type Static, Type } from 'typebox'
import { closed, GroupKindSchema, Nullable } from './parts.ts'

export const TransferBodySchema = Type.Object(
  {
    to: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description:
          'Extension of a member; with toGroup of that group, and left out whom its strategy finds',
      }),
    ),
    toGroup: Type.Optional(
      Type.Object({ kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 80 }) }, closed),
    ),
    version: Type.Optional(Type.Integer({ minimum: 0 })),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)

export const ReassignBodySchema = Type.Object(
  {
    to: Nullable(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'Extension of a member; null for whom the group’s strategy finds among the others',
      }),
    ),
    version: Type.Optional(Type.Integer({ minimum: 0 })),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)

export const ReassignManyBodySchema = Type.Object(
  {
    from: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: 'All open conversations of this extension' }),
    ),
    ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1000 })),
    to: Nullable(Type.String({ minLength: 1, maxLength: 20 })),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)

export const ReassignManySchema = Type.Object(
  {
    reassigned: Type.Integer(),
    items: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          done: Type.Boolean(),
          code: Nullable(Type.String()),
          sentence: Nullable(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type ReassignManyWire = Static<typeof ReassignManySchema>

export const TakeBodySchema = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 0 })) }, closed)
