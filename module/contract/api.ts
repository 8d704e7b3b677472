/**
 * The API's shapes, once for validation, types and the OpenAPI document. Panels import their types from here.
 * Times are RFC 3339 strings in UTC; addresses are E.164 numbers, short codes or names as text.
 */
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const Time = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

export const GroupKindSchema = Type.Enum(['ring-group', 'queue', 'extension'])
export const ChannelSchema = Type.Enum(['sms', 'whatsapp', 'sip'])
export const DeliveryStateSchema = Type.Enum([
  'queued',
  'sending',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
])

export const GroupSchema = Type.Object(
  { kind: GroupKindSchema, number: Type.String(), name: Type.String() },
  closed,
)
export type GroupWire = Static<typeof GroupSchema>

export const AgentSchema = Type.Object({ extension: Type.String(), name: Type.String() }, closed)
export type AgentWire = Static<typeof AgentSchema>

export const CustomerSchema = Type.Object(
  {
    address: Type.String({ description: 'What to show and to search by: +19542788086' }),
    name: Nullable(Type.String()),
    answerable: Type.Boolean({ description: 'False for alphanumeric senders' }),
  },
  closed,
)

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
    openedAt: Time,
  },
  closed,
)
export type ConversationWire = Static<typeof ConversationSchema>

export const ConversationListSchema = Type.Object(
  {
    items: Type.Array(ConversationSchema),
    next: Nullable(Type.String({ description: 'Pass as `after` for the following page' })),
    cursor: Type.String({ description: 'Resume /live from here' }),
  },
  closed,
)
export type ConversationListWire = Static<typeof ConversationListSchema>

export const ConversationQuerySchema = Type.Object(
  {
    filter: Type.Optional(Type.Enum(['all', 'mine', 'unassigned', 'closed'])),
    channel: Type.Optional(ChannelSchema),
    after: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$' })),
  },
  closed,
)

export const FailureSchema = Type.Object({ code: Type.String(), sentence: Type.String() }, closed)

export const MessageSchema = Type.Object(
  {
    id: Type.String(),
    direction: Type.Enum(['in', 'out']),
    channel: ChannelSchema,
    did: Type.String(),
    text: Type.String(),
    media: Type.Array(Type.Object({ contentType: Nullable(Type.String()) }, closed)),
    notice: Nullable(Type.String({ description: 'What stands in place of a text that could not be had' })),
    mention: Nullable(Type.String({ description: 'Extension of the agent designated when it came' })),
    mentionName: Nullable(Type.String()),
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
    cursor: Type.String(),
  },
  closed,
)
export type MessageListWire = Static<typeof MessageListSchema>

export const ReplyBodySchema = Type.Object({ text: Type.String({ maxLength: 4096 }) }, closed)
export const TransferBodySchema = Type.Object(
  {
    to: Type.String({ minLength: 1, maxLength: 20, description: 'Extension of a member of the group' }),
    version: Type.Optional(Type.Integer({ minimum: 0 })),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
)
export const TakeBodySchema = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 0 })) }, closed)

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

/** One member with what is known of him right now. `summary` is ready to show: `On a call`. */
export const PersonSchema = Type.Object(
  {
    extension: Type.String(),
    name: Type.String(),
    loggedIn: Type.Boolean(),
    paused: Type.Boolean(),
    pausedReason: Nullable(Type.String()),
    registration: Type.Enum(['registered', 'unregistered', 'unknown']),
    call: Type.Enum(['idle', 'ringing', 'on-call', 'on-hold', 'wrap-up', 'unknown']),
    dnd: Type.Enum(['on', 'off', 'unknown']),
    panelOpen: Type.Boolean(),
    penalty: Type.Integer(),
    available: Type.Boolean({ description: 'Whether a new conversation could be designated to him now' }),
    summary: Type.String(),
  },
  closed,
)
export type PersonWire = Static<typeof PersonSchema>

export const GroupDetailSchema = Type.Object(
  {
    group: GroupSchema,
    strategy: Type.String(),
    stale: Type.Boolean({ description: 'The PBX is not answering: this is what it said last' }),
    people: Type.Array(PersonSchema),
    foreign: Type.Array(Type.Object({ text: Type.String(), reason: Type.String() }, closed)),
  },
  closed,
)
export type GroupDetailWire = Static<typeof GroupDetailSchema>
export const GroupListSchema = Type.Object({ items: Type.Array(GroupDetailSchema) }, closed)

export const MeSchema = Type.Object(
  {
    extension: Nullable(Type.String()),
    name: Type.String(),
    roles: Type.Array(Type.String()),
    groups: Type.Array(GroupSchema),
    expiresAt: Time,
  },
  closed,
)
export type MeWire = Static<typeof MeSchema>

export const RuleBodySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    position: Type.Integer({ minimum: 0 }),
    enabled: Type.Boolean(),
    dids: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { minItems: 1, maxItems: 1000 }),
    channels: Nullable(Type.Array(ChannelSchema, { minItems: 1 })),
    destination: Type.Object(
      { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 20 }) },
      closed,
    ),
  },
  closed,
)
export const RuleSchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    position: Type.Integer(),
    enabled: Type.Boolean(),
    dids: Type.Array(Type.String()),
    channels: Nullable(Type.Array(ChannelSchema)),
    destination: GroupSchema,
  },
  closed,
)
export type RuleWire = Static<typeof RuleSchema>
export const RuleListSchema = Type.Object({ version: Type.Integer(), items: Type.Array(RuleSchema) }, closed)

export const CarrierBodySchema = Type.Object(
  {
    kind: Type.Enum(['twilio', 'sip-message']),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'Write-only; left out keeps what is stored',
      }),
    ),
  },
  closed,
)
export const CarrierSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    name: Type.String(),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String(), Type.Unknown()),
    webhookUrl: Nullable(Type.String()),
  },
  closed,
)
export type CarrierWire = Static<typeof CarrierSchema>
export const CarrierListSchema = Type.Object({ items: Type.Array(CarrierSchema) }, closed)

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

export const SystemSchema = Type.Object(
  {
    version: Type.String(),
    pbx: Type.Object(
      {
        ami: Type.Object({ state: Type.String(), sentence: Nullable(Type.String()) }, closed),
        ari: Type.Object({ state: Type.String(), sentence: Nullable(Type.String()) }, closed),
        stale: Type.Boolean(),
        readAt: Nullable(Time),
        extensions: Type.Integer(),
        groups: Type.Integer(),
        dids: Type.Array(Type.String()),
      },
      closed,
    ),
  },
  closed,
)
export type SystemWire = Static<typeof SystemSchema>

/** RFC 9457. `code` is stable; `detail` is a sentence for a person. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    current: Type.Optional(Type.Integer()),
    designated: Type.Optional(Nullable(AgentSchema)),
  },
  closed,
)
export type ProblemWire = Static<typeof ProblemSchema>
