import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageWire, TimelineWire } from '../../module/contract/api/messages.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { ConversationThread, PendingReply } from './conversation-thread.ts'
import { type MessageEffect, messageEffects } from './message-effects.ts'
import { dayWords } from './time-words.ts'

export type StatusEntry = TimelineWire['items'][number]

export type TimelineRow = { readonly key: string } & (
  | { readonly kind: 'day'; readonly words: string }
  | { readonly kind: 'new' }
  /** Whose messages come now: those of a group that the customer was with before, or this one's. */
  | { readonly kind: 'group'; readonly group: GroupWire; readonly before: boolean }
  | { readonly kind: 'decision'; readonly decision: DecisionWire }
  | { readonly kind: 'status'; readonly entry: StatusEntry }
  | {
      readonly kind: 'message'
      readonly message: MessageWire
      readonly continues: boolean
      readonly effect: MessageEffect | undefined
    }
  | { readonly kind: 'pending'; readonly reply: PendingReply }
)

const continuesWithinMs = 5 * 60_000

/**
 * Messages in the server's order, with what was decided between them and a line for each new day. Decisions
 * before the oldest message held and after the newest wait until their messages are loaded.
 */
export function timelineRows(thread: ConversationThread, group: GroupWire | null, now: Date): TimelineRow[] {
  const rows: TimelineRow[] = []
  const days = new DayLines(rows, now)
  for (const part of [...thread.earlier].reverse()) {
    if (part.messages.length === 0) continue
    rows.push({ kind: 'group', key: `group ${part.id}`, group: part.group, before: true })
    tellMessages(rows, days, part.messages, [], null)
  }
  if (rows.length > 0 && group !== null)
    rows.push({ kind: 'group', key: `group ${thread.conversationId}`, group, before: false })
  tellMessages(rows, days, thread.messages, happenings(thread), whereNewBegins(thread))
  for (const reply of thread.pending) rows.push({ kind: 'pending', key: reply.key, reply })
  return rows
}

/** Begins a day where it changes. Asking a calendar for every message would cost more than drawing it. */
class DayLines {
  readonly #rows: TimelineRow[]
  readonly #now: Date
  #day = ''

  constructor(rows: TimelineRow[], now: Date) {
    this.#rows = rows
    this.#now = now
  }

  /** Whether a new day began. */
  begin(at: string): boolean {
    const day = new Date(at).toDateString()
    if (day === this.#day) return false
    this.#day = day
    this.#rows.push({ kind: 'day', key: `day ${at}`, words: dayWords(at, this.#now) })
    return true
  }
}

type Happening = Extract<TimelineRow, { kind: 'decision' | 'status' }> & { readonly at: string }

function tellMessages(
  rows: TimelineRow[],
  days: DayLines,
  messages: readonly MessageWire[],
  between: readonly Happening[],
  firstUnread: string | null,
): void {
  const { byId, absorbed } = messageEffects(messages)
  let next = 0
  let previous: MessageWire | null = null
  const tell = (until: MessageWire | null) => {
    for (; next < between.length; next += 1) {
      const happening = between[next] as Happening
      if (until !== null && !precedes(happening, until)) return
      days.begin(happening.at)
      rows.push(happening)
      previous = null
    }
  }
  for (const message of messages) {
    tell(message)
    if (absorbed.has(message.id)) continue
    if (days.begin(message.at)) previous = null
    if (message.id === firstUnread) {
      rows.push({ kind: 'new', key: 'new' })
      previous = null
    }
    const effect = byId.get(message.id)
    rows.push({
      kind: 'message',
      key: message.id,
      message,
      effect,
      continues: effect === undefined && continues(previous, message),
    })
    previous = message
  }
  tell(null)
}

/** A conversation that is new as a whole needs no line to say so. */
const whereNewBegins = ({ firstUnread, messages, older }: ConversationThread): string | null =>
  older === null && messages[0]?.id === firstUnread ? null : firstUnread

function happenings({ decisions, statuses, messages, older, newer }: ConversationThread): Happening[] {
  const oldest = messages[0]
  const newest = messages.at(-1)
  const from = older === null || oldest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(oldest.at)
  const to = newer === null || newest === undefined ? Number.POSITIVE_INFINITY : Date.parse(newest.at)
  const all: Happening[] = [
    ...decisions.map((decision) => ({
      kind: 'decision' as const,
      key: decision.id,
      at: decision.at,
      decision,
    })),
    ...statuses.map((entry) => ({ kind: 'status' as const, key: entry.id, at: entry.at, entry })),
  ]
  return all
    .filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.key < b.key ? -1 : 1))
}

/** Whoever a message mentions was decided before it; a reply that takes the conversation comes before its effect. */
function precedes({ at }: Happening, message: MessageWire): boolean {
  const apart = Date.parse(at) - Date.parse(message.at)
  return apart < 0 || (apart === 0 && message.direction === 'in')
}

function continues(previous: MessageWire | null, message: MessageWire): boolean {
  return (
    previous !== null &&
    previous.direction === message.direction &&
    previous.author.extension === message.author.extension &&
    previous.author.name === message.author.name &&
    Date.parse(message.at) - Date.parse(previous.at) < continuesWithinMs
  )
}
