import { type Static, Type } from 'typebox'
import { ConversationSchema, GroupFilter } from './conversations.ts'
import { ChannelSchema, closed, Nullable, Time } from './parts.ts'

export const SearchQuerySchema = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Beginnings of words, all of them in one message; or any part of a name or number',
    }),
    group: Type.Optional(GroupFilter),
    channel: Type.Optional(ChannelSchema),
    status: Type.Optional(Type.Enum(['open', 'closed'])),
    after: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,2}$' })),
  },
  closed,
)

export const SnippetSchema = Type.Object(
  {
    text: Type.String(),
    marks: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
      description: 'What was found in it: from and to (not included), in UTF-16 code units',
    }),
  },
  closed,
)

export type SnippetWire = Static<typeof SnippetSchema>

export const SearchHitSchema = Type.Object(
  {
    conversation: ConversationSchema,
    message: Type.Object(
      {
        id: Type.String(),
        direction: Type.Enum(['in', 'out', 'note']),
        at: Time,
        snippet: SnippetSchema,
      },
      { ...closed, description: 'Its newest message or note that has the words' },
    ),
  },
  closed,
)

export type SearchHitWire = Static<typeof SearchHitSchema>

export const SearchResultSchema = Type.Object(
  {
    conversations: Type.Array(ConversationSchema, {
      description: 'By the customer’s name or number, most recent first; on the first page only',
    }),
    items: Type.Array(SearchHitSchema, { description: 'By what was said, newest first' }),
    next: Nullable(Type.String({ description: 'Pass as `after` for the following page' })),
  },
  closed,
)

export type SearchResultWire = Static<typeof SearchResultSchema>
