import { type Static, Type } from 'typebox'
import { AgentSchema, closed, Nullable, Time } from './parts.ts'

const TierSchema = Type.Enum(['panel-idle', 'panel-busy', 'phone-only'])

export const DecisionSchema = Type.Object(
  {
    id: Type.String(),
    conversationId: Type.String(),
    at: Time,
    cause: Type.String(),
    sentence: Type.String({ description: 'The whole decision in plain words' }),
    actor: Type.Object({ kind: Type.String(), name: Type.String() }, closed),
    previous: Nullable(Type.String()),
    winner: Nullable(AgentSchema),
    note: Nullable(Type.String()),
    candidates: Type.Array(
      Type.Object(
        {
          extension: Type.String(),
          name: Type.String(),
          tier: Nullable(TierSchema),
          excluded: Nullable(Type.String()),
          reason: Type.String(),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type DecisionWire = Static<typeof DecisionSchema>

export const DecisionListSchema = Type.Object({ items: Type.Array(DecisionSchema) }, closed)
