import type { ConversationStatus } from './conversation.ts'
import type {
  ConversationId,
  DecisionId,
  Extension,
  GroupKey,
  MediaId,
  MessageId,
  Millis,
  Seq,
} from './ids.ts'
import type { DeliveryState } from './message/delivery.ts'

/** What happened, in past tense: ids and what changed, never a word of any message. */
export type DomainEvent =
  | { readonly kind: 'message-received'; readonly messageId: MessageId; readonly mention: Extension | null }
  | { readonly kind: 'message-written'; readonly messageId: MessageId; readonly author: Extension | null }
  /** A file of a message came, could not be had, or is tried again. */
  | {
      readonly kind: 'media-changed'
      readonly messageId: MessageId
      readonly mediaId: MediaId
      readonly state: 'waiting' | 'stored' | 'failed'
    }
  | { readonly kind: 'message-state-changed'; readonly messageId: MessageId; readonly state: DeliveryState }
  | {
      readonly kind: 'designation-changed'
      readonly decisionId: DecisionId
      readonly designated: Extension | null
      readonly version: number
    }
  /** The designated agent owes an answer for too long: he is called to it again. */
  | { readonly kind: 'mention-repeated'; readonly extension: Extension }
  | { readonly kind: 'status-changed'; readonly status: ConversationStatus; readonly version: number }
  /** An internal note; no author where Parley noted something itself. */
  | { readonly kind: 'note-written'; readonly messageId: MessageId; readonly author: Extension | null }
  /** What one agent has read. It is his own affair: only his panels hear of it. */
  | {
      readonly kind: 'read-changed'
      readonly agent: Extension
      readonly unread: number
      readonly mentionsMe: number
    }
  /** His own affair too. */
  | {
      readonly kind: 'preferences-changed'
      readonly agent: Extension
      readonly muted: boolean
      readonly pinned: boolean
    }

/** Whose affair an event is alone; null for what all members of the group may hear. */
export const eventOwner = (event: DomainEvent): Extension | null =>
  event.kind === 'read-changed' || event.kind === 'preferences-changed' ? event.agent : null

/** An event as committed: `seq` is its place in the one order of all commits. */
export interface CommittedEvent {
  readonly seq: Seq
  readonly at: Millis
  readonly groupKey: GroupKey
  readonly conversationId: ConversationId
  readonly event: DomainEvent
}
