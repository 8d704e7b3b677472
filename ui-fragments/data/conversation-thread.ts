import type { WayWire } from '../../module/contract/api/conversations.ts'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageListWire, MessageWire } from '../../module/contract/api/messages.ts'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { UnsentReply } from './drafts.ts'
import type { StatusEntry } from './timeline.ts'
import { words } from './words/words.ts'

/**
 * A reply on its way from this panel:
 *
 *   sending ──answered──▶ handed ──read back──▶ (a message like any other)
 *      ▲  └──refused──▶ stuck
 *      └────retry─────────┘
 */
export interface PendingReply extends UnsentReply {
  readonly state: 'sending' | 'handed' | 'stuck'
  /** Why it is stuck, for a person. */
  readonly sentence: string | null
  /** Whether the same reply may be tried again as it is. */
  readonly retryable: boolean
  /** There is no network now: it goes when there is. */
  readonly waiting?: boolean
  /** Who answered while it was written; it is sent only when its writer says so again. */
  readonly answeredBy?: string
}

/** The same customer's messages with a group that he was with before. */
export interface EarlierPart {
  readonly id: string
  readonly group: GroupWire
  /** Oldest first. */
  readonly messages: readonly MessageWire[]
  /** For older messages; null when the first one is here, undefined before any was read. */
  readonly older: string | null | undefined
}

/** The open conversation's messages, oldest first, in the server's own order. */
export interface ConversationThread {
  readonly conversationId: string
  readonly messages: readonly MessageWire[]
  /** For older messages; null when the first one is here. */
  readonly older: string | null
  /** For newer messages, where it was opened further back; null when the newest are here. */
  readonly newer: string | null
  readonly loaded: boolean
  readonly decisions: readonly DecisionWire[]
  /** Closed, opened again, transferred from and to other groups. */
  readonly statuses: readonly StatusEntry[]
  /** The groups before this one, the last first. */
  readonly earlier: readonly EarlierPart[]
  /** How many messages of the customer were unread when it was opened. */
  readonly unreadAtOpen: number
  /** Where the unread ones begin, as it was when it was opened. */
  readonly firstUnread: string | null
  /** A message to show, by whoever opened it. */
  readonly wanted: string | null
  /** The ways out; none until they were read. */
  readonly ways: readonly WayWire[]
  /** The one that was chosen for this conversation; empty for the usual one. */
  readonly way: string
  /** A note that was begun and not saved. */
  readonly note: string
  readonly pending: readonly PendingReply[]
  /** Ready to send here; null until asked for. */
  readonly canned: readonly FilledInWire[] | null
}

export const emptyThread = (
  conversationId: string,
  unsent: readonly UnsentReply[] = [],
  open: Partial<Pick<ConversationThread, 'unreadAtOpen' | 'wanted' | 'way' | 'note'>> = {},
  held: (key: string) => PendingReply | undefined = () => undefined,
): ConversationThread => ({
  conversationId,
  messages: [],
  older: null,
  newer: null,
  loaded: false,
  decisions: [],
  statuses: [],
  earlier: [],
  unreadAtOpen: 0,
  firstUnread: null,
  wanted: null,
  ways: [],
  way: '',
  note: '',
  ...open,
  canned: null,
  // What this page still tries goes on; what another one left behind waits for a word.
  pending: unsent.map(
    (reply) => held(reply.key) ?? { ...reply, state: 'stuck', sentence: words().pageClosed, retryable: true },
  ),
})

/**
 * The newest page, read again. It is the truth about what it covers; what is older stays as it was. A page that
 * touches nothing held means that more came in between than one page holds: then it starts the thread anew.
 */
export function withNewest(
  thread: ConversationThread,
  page: MessageListWire,
  me: string | null,
): ConversationThread {
  const fresh = [...page.items].reverse()
  const ids = new Set(fresh.map(({ id }) => id))
  const touches = thread.messages.some(({ id }) => ids.has(id))
  const kept = touches ? thread.messages.filter(({ id }) => !ids.has(id)) : []
  const held = new Set(thread.messages.map(({ id }) => id))
  return {
    ...thread,
    messages: [...kept, ...fresh],
    older: touches ? thread.older : page.next,
    loaded: true,
    firstUnread: thread.loaded ? thread.firstUnread : firstUnread(fresh, thread.unreadAtOpen),
    pending: thread.loaded
      ? withoutLanded(
          thread.pending,
          fresh.filter(({ id }) => !held.has(id)),
          me,
        )
      : thread.pending,
  }
}

/** What is near a message that was asked for, before the newest are here. */
export const withAround = (thread: ConversationThread, page: MessageListWire): ConversationThread => ({
  ...thread,
  messages: [...page.items].reverse(),
  older: page.next,
  newer: page.newer ?? null,
  loaded: true,
})

/** The page that follows; where it is the last one, the thread goes on with what comes. */
export function withNewer(thread: ConversationThread, page: MessageListWire): ConversationThread {
  const held = new Set(thread.messages.map(({ id }) => id))
  const newer = [...page.items].reverse().filter(({ id }) => !held.has(id))
  return { ...thread, messages: [...thread.messages, ...newer], newer: page.newer ?? null }
}

/** Leaves the place further back: the newest page starts it anew. */
export const atNewest = (thread: ConversationThread): ConversationThread => ({
  ...thread,
  messages: [],
  older: null,
  newer: null,
  loaded: false,
  wanted: null,
})

/** Counted from the newest, as the server counts: its own messages and notes are never unread. */
function firstUnread(messages: readonly MessageWire[], unread: number): string | null {
  if (unread === 0) return null
  const inbound = messages.filter(({ direction }) => direction === 'in')
  return inbound[Math.max(0, inbound.length - unread)]?.id ?? null
}

/** The groups before, as the conversation names them; what was read of them stays. */
export function withEarlier(
  thread: ConversationThread,
  before: readonly { readonly id: string; readonly group: GroupWire }[],
): ConversationThread {
  const held = new Map(thread.earlier.map((part) => [part.id, part]))
  return {
    ...thread,
    earlier: before.map(({ id, group }) => held.get(id) ?? { id, group, messages: [], older: undefined }),
  }
}

/** What there is to read further back: of this conversation first, then of the groups before. */
export function furtherBack(thread: ConversationThread): { id: string; before: string | null } | null {
  if (!thread.loaded) return null
  if (thread.older !== null) return { id: thread.conversationId, before: thread.older }
  const part = thread.earlier.find(({ older }) => older !== null)
  return part === undefined ? null : { id: part.id, before: part.older ?? null }
}

/** A page of what is further back; one that was read twice changes nothing. */
export function withFurtherBack(
  thread: ConversationThread,
  asked: { readonly id: string; readonly before: string | null },
  page: MessageListWire,
): ConversationThread {
  const now = furtherBack(thread)
  if (now === null || now.id !== asked.id || now.before !== asked.before) return thread
  if (asked.id === thread.conversationId) return withOlder(thread, page)
  return {
    ...thread,
    earlier: thread.earlier.map((part) =>
      part.id === asked.id
        ? { ...part, messages: [...[...page.items].reverse(), ...part.messages], older: page.next }
        : part,
    ),
  }
}

export function withOlder(thread: ConversationThread, page: MessageListWire): ConversationThread {
  const held = new Set(thread.messages.map(({ id }) => id))
  const older = [...page.items].reverse().filter(({ id }) => !held.has(id))
  return { ...thread, messages: [...older, ...thread.messages], older: page.next }
}

export function withState(
  thread: ConversationThread,
  messageId: string,
  state: MessageWire['state'],
): ConversationThread {
  if (!thread.messages.some(({ id }) => id === messageId)) return thread
  return {
    ...thread,
    messages: thread.messages.map((message) => (message.id === messageId ? { ...message, state } : message)),
  }
}

export function withPending(thread: ConversationThread, reply: PendingReply): ConversationThread {
  const known = thread.pending.some(({ key }) => key === reply.key)
  const pending = known
    ? thread.pending.map((held) => (held.key === reply.key ? reply : held))
    : [...thread.pending, reply]
  // Who answers has read what was new.
  return { ...thread, pending, firstUnread: known ? thread.firstUnread : null }
}

export const withoutPending = (thread: ConversationThread, key: string): ConversationThread => ({
  ...thread,
  pending: thread.pending.filter((reply) => reply.key !== key),
})

/**
 * A reply may be read back before its own request is answered. Each new message of mine lets one pending reply
 * of the same text go, so that no bubble shows twice.
 */
function withoutLanded(
  pending: readonly PendingReply[],
  fresh: readonly MessageWire[],
  me: string | null,
): readonly PendingReply[] {
  const left = [...pending]
  for (const message of fresh) {
    if (message.direction !== 'out' || message.author.extension !== me) continue
    const index = left.findIndex(({ text }) => text.trim() === message.text.trim())
    if (index >= 0) left.splice(index, 1)
  }
  return left
}
