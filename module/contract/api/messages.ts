import { type Static, Type } from 'typebox'
import { MediaSchema } from './media.ts'
import {
  AgentSchema,
  ChannelSchema,
  closed,
  DeliveryStateSchema,
  FailureSchema,
  GroupKindSchema,
  GroupSchema,
  Nullable,
  Time,
} from './parts.ts'

export const ContentKindSchema = Type.Enum([
  'text',
  'too-long-for-trunk',
  'location',
  'contact-cards',
  'choice',
  'reaction',
  'edit',
  'deletion',
  'order',
  'template',
  'carrier-notice',
  'unsupported',
])

const LocationSchema = Type.Object(
  {
    latitude: Type.Number(),
    longitude: Type.Number(),
    name: Nullable(Type.String()),
    address: Nullable(Type.String()),
  },
  closed,
)
const ContactCardSchema = Type.Object(
  {
    name: Type.String(),
    organisation: Nullable(Type.String()),
    phones: Type.Array(Type.String()),
    emails: Type.Array(Type.String()),
  },
  closed,
)
const OrderItemSchema = Type.Object(
  {
    product: Type.String(),
    quantity: Type.Number(),
    price: Nullable(Type.String({ description: 'Per piece' })),
    currency: Nullable(Type.String({ description: 'ISO 4217' })),
  },
  closed,
)

export const MessageSchema = Type.Object(
  {
    id: Type.String(),
    direction: Type.Enum(['in', 'out', 'note'], {
      description: 'A note is internal: no customer ever sees it',
    }),
    channel: Nullable(ChannelSchema),
    did: Nullable(Type.String({ description: 'Null for notes, as is the channel' })),
    kind: ContentKindSchema,
    text: Type.String({ description: 'The words in it; empty where there are none' }),
    media: Type.Array(MediaSchema),
    location: Type.Optional(LocationSchema),
    cards: Type.Optional(Type.Array(ContactCardSchema)),
    order: Type.Optional(Type.Array(OrderItemSchema)),
    notice: Nullable(Type.String({ description: 'What stands in place of a text that could not be had' })),
    mention: Nullable(Type.String({ description: 'Extension of the agent designated when it came' })),
    mentionName: Nullable(Type.String()),
    mentions: Type.Array(AgentSchema, { description: 'Whom a note mentions' }),
    author: Type.Object(
      {
        kind: Type.Enum(['agent', 'customer', 'pbx', 'admin']),
        extension: Nullable(Type.String()),
        name: Type.String(),
      },
      closed,
    ),
    state: Nullable(DeliveryStateSchema),
    failure: Nullable(FailureSchema),
    repliesTo: Type.Optional(
      Nullable(
        Type.Object(
          { id: Type.String(), preview: Type.String() },
          {
            ...closed,
            description: 'The message that it quotes, edits, deletes or reacts to',
          },
        ),
      ),
    ),
    againOf: Type.Optional(
      Nullable(Type.String({ description: 'Id of the message of which it is the second attempt' })),
    ),
    carrierAt: Nullable(Time),
    at: Time,
  },
  closed,
)

export type MessageWire = Static<typeof MessageSchema>

export const MessageListSchema = Type.Object(
  {
    items: Type.Array(MessageSchema, { description: 'Newest first' }),
    next: Nullable(Type.String({ description: 'Pass as `before` for older ones' })),
    newer: Type.Optional(
      Nullable(Type.String({ description: 'With `around` or `after`: pass as `after` for newer ones' })),
    ),
    cursor: Type.String(),
  },
  closed,
)

export type MessageListWire = Static<typeof MessageListSchema>

const TemplateBodySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 512 }),
    language: Type.String({ minLength: 1, maxLength: 20 }),
    variables: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 1024 }))),
  },
  { ...closed, description: 'Instead of the text, which is then not looked at' },
)

/** No NUL: Asterisk's strings end there, so the rest of the text would be lost on its way. */
export const ReplyBodySchema = Type.Object(
  {
    text: Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$', description: 'Empty with a template' }),
    media: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 10,
        uniqueItems: true,
        description: 'Ids of my uploads; the text may then be empty',
      }),
    ),
    seen: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'Id of the last message or note on my screen: if a colleague has answered since, it is refused',
      }),
    ),
    via: Type.Optional(
      Type.Object(
        {
          carrierId: Type.String({ maxLength: 64 }),
          channel: ChannelSchema,
          did: Type.String({ maxLength: 40 }),
        },
        {
          ...closed,
          description: 'One of the conversation’s ways; left out, back as the customer wrote last',
        },
      ),
    ),
    template: Type.Optional(TemplateBodySchema),
    confirm: Type.Optional(Type.Boolean({ description: 'Send it although a colleague has answered since' })),
  },
  closed,
)

export type ReplyBodyWire = Static<typeof ReplyBodySchema>

export const StartBodySchema = Type.Object(
  {
    to: Type.String({ minLength: 1, maxLength: 40, description: 'The customer’s number' }),
    group: Type.Object(
      { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 80 }) },
      closed,
    ),
    from: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: 'A business number; left out, the one by which the group was texted last',
      }),
    ),
    channel: Type.Optional(ChannelSchema),
    text: Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$', description: 'Empty with a template' }),
    template: Type.Optional(TemplateBodySchema),
  },
  closed,
)

export type StartBodyWire = Static<typeof StartBodySchema>

/** What happened to a conversation besides its messages. */
export const TimelineSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(['designation', 'status']),
          id: Type.String({ description: 'Of the decision, for a designation' }),
          at: Time,
          sentence: Type.String(),
          actor: Type.Object({ kind: Type.String(), name: Type.String() }, closed),
          note: Nullable(Type.String()),
          status: Nullable(Type.Enum(['open', 'closed'])),
          other: Nullable(Type.Object({ id: Type.String(), group: GroupSchema }, closed)),
        },
        closed,
      ),
      { description: 'Newest first' },
    ),
  },
  closed,
)

export type TimelineWire = Static<typeof TimelineSchema>
