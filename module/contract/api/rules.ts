import { type Static, Type } from 'typebox'
import { ChannelSchema, closed, DestinationSchema, GroupSchema, Nullable } from './parts.ts'

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

export const RuleListSchema = Type.Object({ version: Type.Integer(), items: Type.Array(RuleSchema) }, closed)

export const SenderExamplesBodySchema = Type.Object(
  { senders: Type.String({ maxLength: 8000, description: 'A sender mask, as in a rule' }) },
  closed,
)

export const SenderExamplesSchema = Type.Object(
  {
    senders: Type.String({ description: 'The mask as it is understood; empty for everybody' }),
    matches: Type.Array(Type.String()),
    misses: Type.Array(Type.String({ description: 'Near, and yet not taken' })),
  },
  closed,
)

export type SenderExamplesWire = Static<typeof SenderExamplesSchema>
