import { type Static, Type } from 'typebox'
import { AgentSchema, closed, Nullable, Time } from './parts.ts'
import { RuleSchema } from './rules.ts'

/** RFC 9457. `code` is stable; `detail` is a sentence for a person. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    current: Type.Optional(Type.Integer()),
    rule: Type.Optional(Nullable(RuleSchema)),
    path: Type.Optional(
      Type.String({ description: 'The part of the request that is wrong: hours.days.mon' }),
    ),
    position: Type.Optional(Type.Integer({ description: 'Where in its text, counted in characters from 1' })),
    changedBy: Type.Optional(Type.String({ description: 'Who was quicker' })),
    changedAt: Type.Optional(Time),
    designated: Type.Optional(Nullable(AgentSchema)),
  },
  closed,
)

export type ProblemWire = Static<typeof ProblemSchema>
