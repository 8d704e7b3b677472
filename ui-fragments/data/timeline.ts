import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { ConversationThread, PendingReply } from './conversation-thread.ts'
import { dayWords } from './time-words.ts'

export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly words: string }
  | { readonly kind: 'decision'; readonly key: string; readonly decision: DecisionWire }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: MessageWire
      readonly continues: boolean
    }
  | { readonly kind: 'pending'; readonly key: string; readonly reply: PendingReply }

const continuesWithinMs = 5 * 60_000

/**
 * Messages in the server's order, with what was decided between them and a line for each new day. Decisions
 * older than the oldest message held wait until their messages are loaded.
 */
export function timelineRows(thread: ConversationThread, now: Date): TimelineRow[] {
  const rows: TimelineRow[] = []
  const decisions = decisionsToShow(thread)
  let day = ''
  let previous: MessageWire | null = null
  const startDay = (at: string) => {
    const words = dayWords(at, now)
    if (words === day) return
    day = words
    previous = null
    rows.push({ kind: 'day', key: `day ${at}`, words })
  }
  const tell = (decision: DecisionWire) => {
    startDay(decision.at)
    previous = null
    rows.push({ kind: 'decision', key: decision.id, decision })
  }
  for (const message of thread.messages) {
    while (decisions[0] !== undefined && precedes(decisions[0], message))
      tell(decisions.shift() as DecisionWire)
    startDay(message.at)
    rows.push({ kind: 'message', key: message.id, message, continues: continues(previous, message) })
    previous = message
  }
  for (const decision of decisions) tell(decision)
  for (const reply of thread.pending) rows.push({ kind: 'pending', key: reply.key, reply })
  return rows
}

function decisionsToShow({ decisions, messages, older }: ConversationThread): DecisionWire[] {
  const oldest = messages[0]
  const from = older === null || oldest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(oldest.at)
  return decisions
    .filter(({ at }) => Date.parse(at) >= from)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1))
}

/** Whoever a message mentions was decided before it; a reply that takes the conversation comes before its effect. */
function precedes(decision: DecisionWire, message: MessageWire): boolean {
  const apart = Date.parse(decision.at) - Date.parse(message.at)
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
