/**
 * The frames of `/live`. The first frame of a client is `hello`; nothing is sent before its token is verified.
 *
 *   client                       server
 *   hello {token, cursor} ─────▶
 *                         ◀───── ready {cursor, expiresAt}        then presence and watching, in full
 *                         ◀───── event …                          from the cursor on, then as they are committed
 *                         ◀───── reset {cursor}                   the cursor is unknown or too old: load afresh
 *   renew {token} ────────────▶                                   before the token expires
 *                         ◀───── renewed {expiresAt}
 *   viewing {conversationId} ─▶                                    again every minute; null for none
 *   typing {conversationId} ──▶                                    again every few seconds while it is so
 *                         ◀───── watching                         who looks and writes where I may look too
 *                         ◀───── carrier {carrierId, state}       administrators: how each carrier fares
 *                         ◀───── refused {code, sentence}         and the socket closes
 */
import type { PersonWire } from './api/groups.ts'
import type { AgentWire } from './api/parts.ts'

export type ClientFrame =
  | {
      readonly type: 'hello'
      readonly token: string
      readonly cursor: string | null
      /** A supervisor's overview: it makes nobody reachable, and nobody is told what it looks at. */
      readonly quiet?: boolean
    }
  | { readonly type: 'renew'; readonly token: string }
  /** What this panel shows now. More than a few a second are passed over, as of `typing`. */
  | { readonly type: 'viewing'; readonly conversationId: string | null }
  | { readonly type: 'typing'; readonly conversationId: string }

export type ServerFrame =
  | { readonly type: 'ready'; readonly cursor: string; readonly expiresAt: string }
  | { readonly type: 'renewed'; readonly expiresAt: string }
  | {
      readonly type: 'event'
      readonly cursor: string
      readonly conversationId: string
      readonly at: string
      readonly event: EventWire
    }
  | { readonly type: 'reset'; readonly cursor: string }
  | {
      readonly type: 'presence'
      readonly stale: boolean
      readonly full: boolean
      readonly groups: readonly GroupPresenceWire[]
    }
  /** Not `full`: only the conversations that changed. It has no cursor and is never repeated. */
  | {
      readonly type: 'watching'
      readonly full: boolean
      readonly conversations: readonly WatchersWire[]
    }
  /** How a carrier fares, for administrators: all of them after `ready`, then each change. It has no cursor. */
  | {
      readonly type: 'carrier'
      readonly carrierId: string
      readonly state: 'ok' | 'warn' | 'down' | 'unknown'
      readonly sentence: string
      readonly since: string
    }
  | {
      readonly type: 'refused'
      readonly code: 'unauthorised' | 'expired' | 'too-slow' | 'bad-frame'
      readonly sentence: string
    }

/** Ids and what changed, never a text: whoever may see the conversation fetches the rest. */
export type EventWire =
  | { readonly kind: 'message-received'; readonly messageId: string; readonly mention: string | null }
  | { readonly kind: 'message-written'; readonly messageId: string; readonly author: string | null }
  /** A file beside a message is here, failed, or is fetched again: read the message anew. */
  | {
      readonly kind: 'media-changed'
      readonly messageId: string
      readonly mediaId: string
      readonly state: 'waiting' | 'stored' | 'failed'
    }
  | { readonly kind: 'message-state-changed'; readonly messageId: string; readonly state: string }
  | {
      readonly kind: 'designation-changed'
      readonly decisionId: string
      readonly designated: string | null
      readonly version: number
    }
  /** The designated agent still owes an answer: alert him again. */
  | { readonly kind: 'mention-repeated'; readonly extension: string }
  | { readonly kind: 'status-changed'; readonly status: 'open' | 'closed'; readonly version: number }
  /** An internal note; no author where Parley noted something itself. */
  | { readonly kind: 'note-written'; readonly messageId: string; readonly author: string | null }
  /** Heard by the agent's own panels alone, as is the next. */
  | {
      readonly kind: 'read-changed'
      readonly agent: string
      readonly unread: number
      readonly mentionsMe: number
    }
  | {
      readonly kind: 'preferences-changed'
      readonly agent: string
      readonly muted: boolean
      readonly pinned: boolean
    }

/** The asker is among them. */
export interface WatchersWire {
  readonly conversationId: string
  readonly viewing: readonly AgentWire[]
  readonly typing: readonly AgentWire[]
}

/** Presence of one group's people. Not `full`: only the groups that changed. */
export interface GroupPresenceWire {
  readonly kind: string
  readonly number: string
  readonly people: readonly PersonWire[]
}
