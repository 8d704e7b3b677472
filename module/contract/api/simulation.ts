import { type Static, Type } from 'typebox'
import { DecisionSchema } from './decisions.ts'
import { AgentSchema, ChannelSchema, closed, GroupSchema, Nullable } from './parts.ts'

export const SimulationBodySchema = Type.Object(
  {
    did: Type.String({ minLength: 1, maxLength: 64 }),
    sender: Type.String({ minLength: 1, maxLength: 64 }),
    channel: ChannelSchema,
    carrier: Type.Optional(Nullable(Type.String({ maxLength: 64 }))),
    at: Type.Optional(Type.String({ format: 'date-time', description: 'Now, if left out' })),
    presence: Type.Optional(
      Type.Array(
        Type.Object(
          {
            extension: Type.String({ maxLength: 20 }),
            panelOpen: Type.Optional(Type.Boolean()),
            registration: Type.Optional(Type.Enum(['registered', 'unregistered', 'unknown'])),
            call: Type.Optional(Type.Enum(['idle', 'ringing', 'on-call', 'on-hold', 'wrap-up', 'unknown'])),
            dnd: Type.Optional(Type.Enum(['on', 'off', 'unknown'])),
            paused: Type.Optional(Type.Boolean()),
            loggedIn: Type.Optional(Type.Boolean()),
            away: Type.Optional(Type.Boolean({ description: 'For messages' })),
          },
          closed,
        ),
        { maxItems: 1000, description: 'What if they were so; everybody else is as he is now' },
      ),
    ),
  },
  closed,
)

export const SimulationSchema = Type.Object(
  {
    sentence: Type.String({ description: 'The whole answer in plain words' }),
    rules: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          name: Type.String(),
          taken: Type.Boolean(),
          reason: Nullable(Type.String({ description: 'Why it did not take the message' })),
        },
        closed,
      ),
    ),
    routed: Nullable(
      Type.Object(
        {
          ruleId: Type.String(),
          group: GroupSchema,
          held: Type.Boolean({ description: 'Waits for the hours to begin' }),
          autoReply: Nullable(Type.String()),
          conversationId: Nullable(Type.String({ description: 'Null for a new conversation' })),
          designated: Nullable(AgentSchema),
          kept: Type.Boolean({ description: 'Designated already, and stays so' }),
          candidates: DecisionSchema.properties.candidates,
        },
        closed,
      ),
    ),
    notes: Type.Array(Type.String()),
  },
  closed,
)

export type SimulationWire = Static<typeof SimulationSchema>

export type SimulationBodyWire = Static<typeof SimulationBodySchema>
