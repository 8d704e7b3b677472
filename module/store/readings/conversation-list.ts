import type {
  ConversationCounts,
  ConversationQuery,
  ConversationSummary,
  CountQuery,
  HeldConversation,
  Page,
} from '../../app/ports/stored.ts'
import type { ConversationStatus } from '../../domain/conversation.ts'
import {
  asConversationId,
  asRuleId,
  type ConversationId,
  type Extension,
  type GroupKey,
  groupKey,
  groupOfKey,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import type { Channel } from '../../domain/message/message.ts'
import type { MessageContent } from '../../domain/message/message-content.ts'
import { mostPins } from '../changes/commit-personal.ts'
import type { Connection } from '../database/connection.ts'
import type { GroupTable } from '../tables/group-table.ts'
import type { PersonalTable } from '../tables/personal-table.ts'
import {
  type ConversationRow,
  channelBit,
  channelsOfBits,
  conversationColumns,
  conversationState,
  conversationTables,
} from './conversation-row.ts'
import { pageOf } from './page.ts'
import { previewOf } from './preview.ts'
import { parseJson } from './stored-json.ts'

/** Reading conversations: every list walks an index backwards and stops, however many conversations there are. */
export interface ConversationList {
  byId(id: ConversationId): ConversationSummary | null
  byPk(pk: number): ConversationSummary
  /** With a reader, the first page begins with all that he pinned, beside its limit; later pages have none of them. */
  page(query: ConversationQuery): Page<ConversationSummary>
  counts(query: CountQuery): ConversationCounts
  designatedTo(group: GroupKey, extension: Extension): readonly ConversationId[]
  held(): readonly HeldConversation[]
  releaseHeld(ids: readonly ConversationId[]): void
}

interface SummaryRow extends ConversationRow {
  readonly last_direction: 'in' | 'out' | null
  readonly last_content: string | null
  readonly last_mention: Extension | null
  readonly last_at: Millis | null
  readonly opted_out: number
  readonly activity_seq: Seq
}

interface Place {
  readonly pk: number
  readonly activity_seq: Seq
}

const allBits = channelBit('sms') | channelBit('whatsapp') | channelBit('sip')

export function createConversationList(
  db: Connection,
  groups: GroupTable,
  personal: PersonalTable,
): ConversationList {
  const summary = (where: string) => `SELECT ${conversationColumns}, c.activity_seq,
      m.direction AS last_direction, m.content AS last_content, m.mention AS last_mention, m.at AS last_at,
      EXISTS (SELECT 1 FROM opt_outs x WHERE x.customer_pk = c.customer_pk AND x.did = c.in_did) AS opted_out
    FROM ${conversationTables} LEFT JOIN messages m ON m.seq = c.last_message_seq WHERE ${where}`
  const byPk = db.prepare<[number], SummaryRow>(summary('c.pk = +?'))
  const activity = db.prepare<[number], Place>('SELECT pk, activity_seq FROM conversations WHERE pk = +?')
  const byId = db.prepare<[string], SummaryRow>(summary('c.id = +?'))
  // One group and one status at a time, so that the index gives the order; pages are merged from these.
  const places = (filter: string) =>
    `SELECT pk, activity_seq FROM conversations
      WHERE group_pk = +? AND status = +? AND activity_seq < +? AND channels & +? ${filter}
      ORDER BY activity_seq DESC LIMIT +?`
  const ofAnyone = db.prepare<[number, ConversationStatus, Seq, number, number], Place>(places(''))
  const ofAgent = db.prepare<[number, ConversationStatus, Seq, number, Extension | null, number], Place>(
    places('AND designated IS +?'),
  )
  const designatedTo = db.prepare<[number, Extension], { id: string }>(
    `SELECT id FROM conversations WHERE group_pk = +? AND designated = +? AND status = 'open' ORDER BY activity_seq`,
  )

  // From the indexes alone, and no further than anybody counts.
  const countOf = (filter: string) =>
    `SELECT count(*) FROM (SELECT 1 FROM conversations
      WHERE group_pk = +? AND status = 'open' AND channels & +? ${filter} LIMIT +?)`
  const countAnyone = db.prepare<[number, number, number], number>(countOf('')).pluck()
  const countAgent = db
    .prepare<[number, number, Extension | null, number], number>(countOf('AND designated IS +?'))
    .pluck()

  function counts({ groups: keys, channel, extension, most }: CountQuery): ConversationCounts {
    const sum = { all: 0, mine: 0, unassigned: 0 }
    const bits = listedBits(channel)
    for (const pk of groupPks(keys)) {
      sum.all += countAnyone.get(pk, bits, most) ?? 0
      sum.unassigned += countAgent.get(pk, bits, null, most) ?? 0
      if (extension !== null) sum.mine += countAgent.get(pk, bits, extension, most) ?? 0
    }
    const capped = (count: number) => Math.min(count, most)
    return { all: capped(sum.all), mine: capped(sum.mine), unassigned: capped(sum.unassigned) }
  }

  const held = db.prepare<[], { id: string; rule_id: string }>(
    'SELECT id, rule_id FROM conversations WHERE held = 1 AND rule_id IS NOT NULL',
  )
  const release = db.prepare<[ConversationId]>('UPDATE conversations SET held = 0 WHERE id = +?')

  function newest(query: ConversationQuery, count: number): readonly Place[] {
    const { status, designated } = query
    const statuses = status === 'all' ? (['open', 'closed'] as const) : [status]
    const bits = listedBits(query.channel)
    const before = query.before ?? Number.MAX_SAFE_INTEGER
    return groupPks(query.groups)
      .flatMap((groupPk) =>
        statuses.flatMap((each) => {
          if (designated.kind === 'anyone') return ofAnyone.all(groupPk, each, before, bits, count)
          const extension = designated.kind === 'agent' ? designated.extension : null
          return ofAgent.all(groupPk, each, before, bits, extension, count)
        }),
      )
      .sort((a, b) => b.activity_seq - a.activity_seq)
      .slice(0, count)
  }

  function firstAndOthers(query: ConversationQuery): Page<ConversationSummary> {
    const { reader = null, before, limit } = query
    const pinned = new Set(reader === null ? [] : personal.pinned(reader, mostPins))
    const others = pageOf(
      limit,
      (count) =>
        newest(query, count + pinned.size)
          .filter(({ pk }) => !pinned.has(pk))
          .slice(0, count),
      (place) => place.activity_seq,
      summaryAt,
    )
    if (before !== null || pinned.size === 0) return others
    return { ...others, items: [...pinnedOnes(query, [...pinned]), ...others.items] }
  }

  function pinnedOnes(query: ConversationQuery, pks: readonly number[]): readonly ConversationSummary[] {
    const groupKeys = new Set(query.groups)
    return pks
      .flatMap((pk) => activity.get(pk) ?? [])
      .sort((a, b) => b.activity_seq - a.activity_seq)
      .map(summaryAt)
      .filter((conversation) => groupKeys.has(groupKey(conversation.group)) && matches(conversation, query))
  }

  function groupPks(keys: readonly GroupKey[]): readonly number[] {
    return [...new Set(keys)].flatMap((key) => groups.find(groupOfKey(key)) ?? [])
  }

  const summaryAt = ({ pk }: Place): ConversationSummary => summaryOf(pk)

  function summaryOf(pk: number): ConversationSummary {
    const row = byPk.get(pk)
    if (row === undefined) throw new Error('a conversation vanished while it was read')
    return conversationSummary(row)
  }

  return {
    byId(id) {
      const row = byId.get(id)
      return row === undefined ? null : conversationSummary(row)
    },
    counts,
    byPk: summaryOf,
    page: firstAndOthers,
    held: () =>
      held.all().map(({ id, rule_id }) => ({ id: asConversationId(id), ruleId: asRuleId(rule_id) })),
    releaseHeld(ids) {
      for (const id of ids) release.run(id)
    },
    designatedTo: (group, extension) =>
      groupPks([group]).flatMap((pk) =>
        designatedTo.all(pk, extension).map(({ id }) => asConversationId(id)),
      ),
  }
}

function matches(
  { status, designated, channels }: ConversationSummary,
  query: Pick<ConversationQuery, 'status' | 'designated' | 'channel'>,
): boolean {
  if (query.status !== 'all' && query.status !== status) return false
  if (!channels.some((channel) => (channelBit(channel) & listedBits(query.channel)) !== 0)) return false
  if (query.designated.kind === 'anyone') return true
  return designated === (query.designated.kind === 'agent' ? query.designated.extension : null)
}

/** A text by a SIP trunk is an SMS to whoever looks for it. */
export function listedBits(channel: Channel | null): number {
  if (channel === null) return allBits
  return channel === 'sms' ? channelBit('sms') | channelBit('sip') : channelBit(channel)
}

const conversationSummary = (row: SummaryRow): ConversationSummary => ({
  ...conversationState(row),
  openedAt: row.opened_at,
  lastMessage: lastMessage(row),
  waitingSince: row.waiting_since,
  channels: channelsOfBits(row.channels),
  place: row.activity_seq,
  optedOut: row.opted_out === 1,
})

function lastMessage(row: SummaryRow): ConversationSummary['lastMessage'] {
  const { last_message_seq: seq, last_direction: direction, last_content: content, last_at: at } = row
  if (seq === null || direction === null || content === null || at === null) return null
  return {
    seq,
    direction,
    preview: previewOf(parseJson<MessageContent>(content)),
    mention: row.last_mention,
    at,
  }
}
