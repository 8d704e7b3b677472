import { type Static, Type } from 'typebox'
import { ChannelSchema, closed, DestinationSchema, Nullable, Time } from './parts.ts'

export const UnroutedListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          did: Type.String(),
          sender: Type.String(),
          channel: ChannelSchema,
          text: Type.String(),
          at: Time,
        },
        closed,
      ),
    ),
    next: Nullable(Type.String()),
  },
  closed,
)

export type UnroutedListWire = Static<typeof UnroutedListSchema>

export const UnroutedRouteBodySchema = Type.Union([
  Type.Object({ ruleId: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
  Type.Object({ destination: DestinationSchema }, closed),
])

export const UnroutedRoutedSchema = Type.Object(
  { messageId: Type.String(), conversationId: Type.String() },
  closed,
)

export const RouteMatchingSchema = Type.Object({ routed: Type.Integer(), left: Type.Integer() }, closed)
