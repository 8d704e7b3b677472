import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageListWire, MessageWire } from '../../module/contract/api/messages.ts'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import type { UnsentReply } from './drafts.ts'
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
}

/** The open conversation's messages, oldest first, in the server's own order. */
export interface ConversationThread {
  readonly conversationId: string
  readonly messages: readonly MessageWire[]
  /** For older messages; null when the first one is here. */
  readonly older: string | null
  readonly loaded: boolean
  readonly decisions: readonly DecisionWire[]
  readonly pending: readonly PendingReply[]
  /** Ready to send here; null until asked for. */
  readonly canned: readonly FilledInWire[] | null
}

export const emptyThread = (
  conversationId: string,
  unsent: readonly UnsentReply[] = [],
): ConversationThread => ({
  conversationId,
  messages: [],
  older: null,
  loaded: false,
  decisions: [],
  canned: null,
  pending: unsent.map((reply) => ({
    ...reply,
    state: 'stuck',
    sentence: words().pageClosed,
    retryable: true,
  })),
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
    pending: thread.loaded
      ? withoutLanded(
          thread.pending,
          fresh.filter(({ id }) => !held.has(id)),
          me,
        )
      : thread.pending,
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
  return { ...thread, pending }
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
