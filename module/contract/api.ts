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
    held: Type.Optional(
      Type.Boolean({ description: 'Came outside its rule’s hours: nobody is designated before they begin' }),
    ),
    openedAt: Time,
    continuedIn: Type.Optional(
      Nullable(Type.String({ description: 'Transferred to another group: the conversation there' })),
    ),
    continues: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), group: GroupSchema }, closed), {
        description: 'Conversations of other groups that came before it; their messages may be read',
      }),
    ),
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
    direction: Type.Enum(['in', 'out', 'note'], {
      description: 'A note is internal: no customer ever sees it',
    }),
    channel: Nullable(ChannelSchema),
    did: Nullable(Type.String({ description: 'Null for notes, as is the channel' })),
    text: Type.String(),
    media: Type.Array(Type.Object({ contentType: Nullable(Type.String()) }, closed)),
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

/** No NUL: Asterisk's strings end there, so the rest of the text would be lost on its way. */
export const ReplyBodySchema = Type.Object(
  { text: Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$' }) },
  closed,
)
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
      Type.Object({ kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 20 }) }, closed),
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

export const StartBodySchema = Type.Object(
  {
    to: Type.String({ minLength: 1, maxLength: 40, description: 'The customer’s number' }),
    group: Type.Object(
      { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 20 }) },
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
    text: Type.String({ maxLength: 4096 }),
  },
  closed,
)

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

const UpToAYearMinutes = Type.Integer({ minimum: 1, maximum: 525_600 })
export const StickySchema = Type.Union([
  Type.Object({ kind: Type.Literal('keep') }, closed),
  Type.Object(
    { kind: Type.Literal('when-unavailable'), afterMinutes: Type.Integer({ minimum: 0, maximum: 525_600 }) },
    closed,
  ),
  Type.Object({ kind: Type.Literal('unanswered'), afterMinutes: UpToAYearMinutes }, closed),
])
export type StickyWire = Static<typeof StickySchema>

const groupSettings = {
  sticky: StickySchema,
  strategy: Nullable(Type.String({ maxLength: 20, description: 'Null for the PBX’s own of this group' })),
  cap: Nullable(Type.Integer({ minimum: 1, maximum: 10_000 })),
  mayReply: Type.Enum(['any-member', 'designated-only']),
  closeAfterMinutes: Nullable(UpToAYearMinutes),
  remindAfterMinutes: Nullable(UpToAYearMinutes),
  escalateAfterMinutes: Nullable(UpToAYearMinutes),
}
export const GroupSettingsSchema = Type.Object(
  { ...groupSettings, version: Type.Integer({ description: 'Send it with a change' }) },
  closed,
)
export const GroupSettingsBodySchema = Type.Object(
  { ...groupSettings, version: Type.Optional(Type.Integer({ minimum: 0 })) },
  closed,
)
export type GroupSettingsWire = Static<typeof GroupSettingsSchema>
export type GroupSettingsBodyWire = Static<typeof GroupSettingsBodySchema>

export const TakeBodySchema = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 0 })) }, closed)

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

const GroupChoice = Type.Object(
  { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 20 }) },
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
  { group: Nullable(GroupChoice), shortcut: Shortcut, title: CannedTitle, text: CannedText },
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

const ConsentSource = Type.Enum(['keyword', 'carrier', 'admin'])
export const OptOutSchema = Type.Object(
  {
    customer: Type.String(),
    name: Nullable(Type.String()),
    did: Type.String(),
    since: Time,
    source: ConsentSource,
    by: Type.String(),
    reason: Nullable(Type.String()),
  },
  closed,
)
export type OptOutWire = Static<typeof OptOutSchema>
export const OptOutListSchema = Type.Object(
  { items: Type.Array(OptOutSchema), next: Nullable(Type.String()) },
  closed,
)
export const OptOutBodySchema = Type.Object(
  {
    customer: Type.String({ minLength: 1, maxLength: 60 }),
    did: Type.String({ minLength: 1, maxLength: 60 }),
    optedOut: Type.Boolean(),
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Kept for good' }),
  },
  closed,
)
export const OptOutResultSchema = Type.Object({ changed: Type.Boolean(), optedOut: Type.Boolean() }, closed)
export const OptOutChangeListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          optedOut: Type.Boolean(),
          source: ConsentSource,
          by: Type.String(),
          reason: Nullable(Type.String()),
          at: Time,
        },
        closed,
      ),
    ),
  },
  closed,
)

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

const DestinationSchema = Type.Object(
  { kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 20 }) },
  closed,
)
const Spans = Type.String({ maxLength: 500, description: '09:00-12:30; 13:30-18:00, or 22:00-06:00' })
const WeekSchema = Type.Partial(
  Type.Object({ sun: Spans, mon: Spans, tue: Spans, wed: Spans, thu: Spans, fri: Spans, sat: Spans }, closed),
)
const RuleDate = Type.String({ maxLength: 10, description: '2026-12-24' })
export const RuleHoursSchema = Type.Union([
  Type.Object({ kind: Type.Literal('always') }, closed),
  Type.Object(
    {
      kind: Type.Literal('weekly'),
      timeZone: Type.String({ maxLength: 64, description: 'America/New_York' }),
      days: WeekSchema,
      holidays: Type.Optional(
        Type.Array(
          Type.Object(
            {
              from: RuleDate,
              to: Type.Optional(RuleDate),
              name: Type.String({ maxLength: 100 }),
              spans: Type.Optional(Spans),
            },
            closed,
          ),
          { maxItems: 500 },
        ),
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('pbx'),
      schedule: Type.String({ maxLength: 64, description: 'time-condition/1 or call-flow/0 of the PBX' }),
    },
    closed,
  ),
])
export type RuleHoursWire = Static<typeof RuleHoursSchema>

const HoldSchema = Type.Object(
  {
    kind: Type.Literal('hold'),
    autoReply: Nullable(Type.String({ minLength: 1, maxLength: 1600, description: 'Said by itself' })),
  },
  closed,
)
const NextRuleSchema = Type.Object({ kind: Type.Literal('next-rule') }, closed)
const outside = <G extends typeof DestinationSchema | typeof GroupSchema>(group: G) =>
  Type.Union([NextRuleSchema, Type.Object({ kind: Type.Literal('group'), group }, closed), HoldSchema])

const Minutes = Type.Integer({ minimum: 1, maximum: 7 * 24 * 60 })
export const RuleOverridesSchema = Type.Object(
  {
    strategy: Nullable(Type.String({ maxLength: 20, description: 'A queue’s or ring group’s strategy' })),
    cap: Nullable(Type.Integer({ minimum: 1, maximum: 1000, description: 'Open conversations an agent' })),
    sticky: Nullable(
      Type.Union([
        Type.Object({ kind: Type.Literal('keep') }, closed),
        Type.Object({ kind: Type.Literal('when-unavailable'), afterMinutes: Minutes }, closed),
        Type.Object({ kind: Type.Literal('unanswered'), afterMinutes: Minutes }, closed),
      ]),
    ),
  },
  closed,
)
export type RuleOverridesWire = Static<typeof RuleOverridesSchema>

export const RuleBodySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    position: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Left out, a rule keeps its place, and a new one is last' }),
    ),
    enabled: Type.Boolean(),
    version: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The version that is changed; left out for a new rule' }),
    ),
    dids: Type.Array(
      Type.String({ minLength: 1, maxLength: 4000, description: 'A DID, or a range of them, or several' }),
      { minItems: 1, maxItems: 1000 },
    ),
    channels: Nullable(Type.Array(ChannelSchema, { minItems: 1 })),
    carriers: Type.Optional(
      Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 100 })),
    ),
    senders: Type.Optional(
      Type.String({
        maxLength: 8000,
        description: 'Nothing for everybody; numbers, 100-200, 1954*******, names, joined by ;',
      }),
    ),
    hours: Type.Optional(RuleHoursSchema),
    destination: DestinationSchema,
    outside: Type.Optional(outside(DestinationSchema)),
    overrides: Type.Optional(Type.Partial(RuleOverridesSchema)),
  },
  closed,
)
export type RuleBodyWire = Static<typeof RuleBodySchema>

export const RuleSchema = Type.Object(
  {
    id: Type.String(),
    version: Type.Integer(),
    name: Type.String(),
    position: Type.Integer(),
    enabled: Type.Boolean(),
    dids: Type.Array(Type.String()),
    channels: Nullable(Type.Array(ChannelSchema)),
    carriers: Nullable(Type.Array(Type.String())),
    senders: Type.String(),
    hours: RuleHoursSchema,
    destination: GroupSchema,
    outside: outside(GroupSchema),
    overrides: RuleOverridesSchema,
  },
  closed,
)
export type RuleWire = Static<typeof RuleSchema>

export const RuleOrderBodySchema = Type.Object(
  {
    ids: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 10_000 }),
    version: Type.Integer({ minimum: 0, description: 'That of the list of rules' }),
  },
  closed,
)

export const RuleFindingSchema = Type.Object(
  {
    code: Type.Enum([
      'shadowed',
      'overlapping',
      'empty-group',
      'vanished-group',
      'unknown-did',
      'unknown-carrier',
      'never-open',
      'vanished-schedule',
      'mask-cannot-match',
    ]),
    severity: Type.Enum(['error', 'warning', 'note']),
    rules: Type.Array(Type.String(), { description: 'Ids; the one it is about comes first' }),
    sentence: Type.String(),
  },
  closed,
)
export type RuleFindingWire = Static<typeof RuleFindingSchema>
export const RuleFindingListSchema = Type.Object(
  { version: Type.Integer(), items: Type.Array(RuleFindingSchema) },
  closed,
)

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
          },
          closed,
        ),
        { maxItems: 1000, description: 'What if they were so; everybody else is as he is now' },
      ),
    ),
  },
  closed,
)
export const RuleListSchema = Type.Object({ version: Type.Integer(), items: Type.Array(RuleSchema) }, closed)

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

export const UnroutedRouteBodySchema = Type.Union([
  Type.Object({ ruleId: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
  Type.Object({ destination: DestinationSchema }, closed),
])
export const UnroutedRoutedSchema = Type.Object(
  { messageId: Type.String(), conversationId: Type.String() },
  closed,
)
export const RouteMatchingSchema = Type.Object({ routed: Type.Integer(), left: Type.Integer() }, closed)

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

/** What `parley doctor` finds. `unknown`: it could not be looked at. `todo` is a command or lines to paste. */
export const FindingSchema = Type.Object(
  {
    code: Type.String({ description: 'Stable: `ami-login`, `endpoint-contexts`…' }),
    state: Type.Enum(['ok', 'warn', 'fail', 'unknown']),
    sentence: Type.String(),
    todo: Nullable(Type.String()),
  },
  closed,
)
export type FindingWire = Static<typeof FindingSchema>

export const DoctorSchema = Type.Object(
  {
    healthy: Type.Boolean({ description: 'Nothing failed' }),
    at: Time,
    findings: Type.Array(FindingSchema),
  },
  closed,
)
export type DoctorWire = Static<typeof DoctorSchema>

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
