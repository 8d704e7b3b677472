import { type Static, Type } from 'typebox'
import { closed, GroupSchema, Nullable, Time } from './parts.ts'

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

const AutoReply = Nullable(
  Type.String({
    minLength: 1,
    maxLength: 1600,
    pattern: '^[^\\u0000]*$',
    description: 'Said by itself to a customer whose message finds nobody available, once in 12 hours',
  }),
)

export const GroupSettingsSchema = Type.Object(
  { ...groupSettings, autoReply: AutoReply, version: Type.Integer({ description: 'Send it with a change' }) },
  closed,
)

export const GroupSettingsBodySchema = Type.Object(
  {
    ...groupSettings,
    autoReply: Type.Optional(AutoReply),
    version: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

export type GroupSettingsWire = Static<typeof GroupSettingsSchema>

export type GroupSettingsBodyWire = Static<typeof GroupSettingsBodySchema>

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
    away: Type.Optional(Type.Boolean({ description: 'For messages, by his own word or a supervisor’s' })),
    awayReason: Type.Optional(Type.String()),
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

/** What an agent says of himself for messages, apart from his phone. */
export const StatusSchema = Type.Object(
  {
    state: Type.Enum(['available', 'away']),
    since: Nullable(Time),
    until: Nullable(Type.String({ format: 'date-time', description: 'Back by himself then' })),
    reason: Nullable(Type.String()),
    by: Nullable(Type.String({ description: 'Who said so: himself, or a supervisor' })),
  },
  closed,
)

export type StatusWire = Static<typeof StatusSchema>

export const StatusBodySchema = Type.Object(
  {
    state: Type.Enum(['available', 'away']),
    until: Type.Optional(Nullable(Time)),
    reason: Type.Optional(
      Nullable(Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f]*$' })),
    ),
  },
  closed,
)

/** My place in a queue of the PBX. */
export const MyQueueSchema = Type.Object(
  {
    number: Type.String(),
    name: Type.String(),
    membership: Type.Enum(['static', 'dynamic', 'allowed'], {
      description: 'Static members are always logged in; allowed ones may log in',
    }),
    loggedIn: Type.Boolean(),
    paused: Type.Boolean(),
    pausedReason: Nullable(Type.String()),
  },
  closed,
)

export type MyQueueWire = Static<typeof MyQueueSchema>

export const MyQueueListSchema = Type.Object({ items: Type.Array(MyQueueSchema) }, closed)

export const PauseBodySchema = Type.Object(
  {
    reason: Type.Optional(
      Nullable(Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f]*$' })),
    ),
  },
  closed,
)
