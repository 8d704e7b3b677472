import { type Static, Type } from 'typebox'
import { AgentSchema, ChannelSchema, CustomerSchema, closed, GroupSchema, Nullable, Time } from './parts.ts'

export const GroupFilter = Type.String({
  pattern: '^(ring-group|queue|extension)/.{1,80}$',
  description: 'Only this group: queue/8000',
})

export const ConversationSchema = Type.Object(
  {
    id: Type.String(),
    customer: CustomerSchema,
    group: GroupSchema,
    designated: Nullable(AgentSchema),
    version: Type.Integer({
      description: 'Changes with designation or status only; send it with a transfer',
    }),
    status: Type.Enum(['open', 'closed']),
    channels: Type.Array(ChannelSchema),
    lastMessage: Nullable(
      Type.Object(
        {
          direction: Type.Enum(['in', 'out']),
          preview: Type.String(),
          mention: Nullable(AgentSchema),
          at: Time,
        },
        closed,
      ),
    ),
    waitingSince: Nullable(Time),
    held: Type.Optional(
      Type.Boolean({ description: 'Came outside its rule’s hours: nobody is designated before they begin' }),
    ),
    openedAt: Time,
    place: Type.Integer({ description: 'In lists: the higher, the further up' }),
    activeAt: Type.String({ format: 'date-time', description: 'Of what gave it that place' }),
    continuedIn: Type.Optional(
      Nullable(Type.String({ description: 'Transferred to another group: the conversation there' })),
    ),
    continues: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), group: GroupSchema }, closed), {
        description: 'Conversations of other groups that came before it; their messages may be read',
      }),
    ),
    window: Type.Optional(Nullable(Type.Object({ closesAt: Time, open: Type.Boolean() }, closed))),
    optedOut: Type.Boolean({
      description: 'The customer opted out of the DID that a reply would leave by: none is taken',
    }),
    unread: Type.Integer({ description: 'Messages of the customer that I have not read' }),
    mentionsMe: Type.Integer({ description: 'Messages and notes that I have not read and that mention me' }),
    muted: Type.Boolean({ description: 'By me, for myself' }),
    pinned: Type.Boolean({ description: 'By me, for myself: it stands first' }),
  },
  closed,
)

export type ConversationWire = Static<typeof ConversationSchema>

/** For badges: over all open conversations that I may see, whatever the filter. Muted ones only for mentions. */
export const UnreadTotalsSchema = Type.Object(
  {
    unreadMessages: Type.Integer(),
    unreadConversations: Type.Integer(),
    mentions: Type.Integer(),
    mentioningConversations: Type.Integer(),
  },
  closed,
)

export type UnreadTotalsWire = Static<typeof UnreadTotalsSchema>

export const PersonalSchema = Type.Object(
  { unread: Type.Integer(), mentionsMe: Type.Integer(), muted: Type.Boolean(), pinned: Type.Boolean() },
  closed,
)

export type PersonalWire = Static<typeof PersonalSchema>

export const ReadBodySchema = Type.Object(
  { through: Type.String({ minLength: 1, maxLength: 64, description: 'Id of a message or note' }) },
  closed,
)

export const PreferencesBodySchema = Type.Object(
  { muted: Type.Optional(Type.Boolean()), pinned: Type.Optional(Type.Boolean()) },
  closed,
)

export const ConversationListSchema = Type.Object(
  {
    items: Type.Array(ConversationSchema, {
      description: 'Most recent first; the first page begins with what I pinned, beside its limit',
    }),
    totals: UnreadTotalsSchema,
    next: Nullable(Type.String({ description: 'Pass as `after` for the following page' })),
    cursor: Type.String({ description: 'Resume /live from here' }),
  },
  closed,
)

export type ConversationListWire = Static<typeof ConversationListSchema>

export const ConversationQuerySchema = Type.Object(
  {
    filter: Type.Optional(Type.Enum(['all', 'mine', 'unassigned', 'closed'])),
    group: Type.Optional(GroupFilter),
    channel: Type.Optional(ChannelSchema),
    after: Type.Optional(Type.String({ maxLength: 200 })),
    below: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: 'Instead of `after`: those below this place' }),
    ),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$' })),
  },
  closed,
)

export const CountsQuerySchema = Type.Object(
  { group: Type.Optional(GroupFilter), channel: Type.Optional(ChannelSchema) },
  closed,
)

export const ConversationCountsSchema = Type.Object(
  { all: Type.Integer(), mine: Type.Integer(), unassigned: Type.Integer() },
  { ...closed, description: 'Open ones; 1000 stands for that or more' },
)

export type ConversationCountsWire = Static<typeof ConversationCountsSchema>

export const WaySchema = Type.Object(
  {
    carrierId: Type.String(),
    carrier: Type.String({ description: 'Its name' }),
    channel: ChannelSchema,
    did: Type.String(),
    to: Type.String({ description: 'The customer’s address on it' }),
    usual: Type.Boolean({ description: 'As the customer wrote last: a reply takes it by itself' }),
    usable: Type.Boolean(),
    obstacle: Nullable(Type.String({ description: 'Why nothing may leave by it' })),
    window: Nullable(
      Type.Object(
        { closesAt: Time, open: Type.Boolean({ description: 'False: only templates may leave by it now' }) },
        closed,
      ),
    ),
    templates: Type.Boolean({ description: 'Whether it has templates' }),
  },
  closed,
)

export type WayWire = Static<typeof WaySchema>

export const WayListSchema = Type.Object({ items: Type.Array(WaySchema) }, closed)

export const StartWayListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          carrierId: Type.String(),
          carrier: Type.String({ description: 'Its name' }),
          channel: ChannelSchema,
          did: Type.String(),
          templates: Type.Boolean({ description: 'Whether it has templates' }),
          templatesOnly: Type.Boolean({
            description: 'To a customer who has not written lately, only templates may leave by it',
          }),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type StartWayListWire = Static<typeof StartWayListSchema>

export const TemplateListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          language: Type.String(),
          text: Type.String({ description: 'With its variables as {{1}} or {{first_name}}' }),
          variables: Type.Array(Type.String()),
          category: Nullable(Type.String()),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type TemplateListWire = Static<typeof TemplateListSchema>

/** The way whose templates are asked for; left out, the usual one. */
export const WayQuerySchema = Type.Object(
  {
    carrierId: Type.Optional(Type.String({ maxLength: 64 })),
    channel: Type.Optional(ChannelSchema),
    did: Type.Optional(Type.String({ maxLength: 40 })),
  },
  closed,
)
