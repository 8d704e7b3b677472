import { type Static, Type } from 'typebox'
import { closed, DestinationSchema, GroupSchema, Nullable } from './parts.ts'

export const NoteBodySchema = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 4096 }),
    mentions: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 20 }), {
        maxItems: 20,
        description: 'Extensions of members',
      }),
    ),
  },
  closed,
)

const Shortcut = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,29}$', description: 'What is typed after /' })

const CannedText = Type.String({
  minLength: 1,
  maxLength: 4096,
  description:
    'May hold {agent.name}, {group.name}, {customer.name}, {customer.number} and {did}; {{ and }} are braces',
})

const CannedTitle = Type.String({ minLength: 1, maxLength: 100 })

export const CannedReplyBodySchema = Type.Object(
  { group: Nullable(DestinationSchema), shortcut: Shortcut, title: CannedTitle, text: CannedText },
  closed,
)

export const CannedReplySchema = Type.Object(
  {
    id: Type.String(),
    group: Type.Union([GroupSchema, Type.Null()], { description: 'Null for all groups' }),
    shortcut: Type.String(),
    title: Type.String(),
    text: Type.String(),
  },
  closed,
)

export type CannedReplyWire = Static<typeof CannedReplySchema>

export const CannedReplyListSchema = Type.Object({ items: Type.Array(CannedReplySchema) }, closed)

/** With all variables filled in, for one agent in one conversation. */
export const FilledInSchema = Type.Object(
  { id: Type.String(), shortcut: Type.String(), title: Type.String(), text: Type.String() },
  closed,
)

export type FilledInWire = Static<typeof FilledInSchema>

export const FilledInListSchema = Type.Object({ items: Type.Array(FilledInSchema) }, closed)
