import type { ConversationStatus } from './conversation.ts'
import type { DeliveryState } from './delivery.ts'
import type { ConversationId, DecisionId, Extension, GroupKey, MessageId, Millis, Seq } from './ids.ts'

/** What happened, in past tense: ids and what changed, never a word of any message. */
export type DomainEvent =
  | { readonly kind: 'message-received'; readonly messageId: MessageId; readonly mention: Extension | null }
  | { readonly kind: 'message-written'; readonly messageId: MessageId; readonly author: Extension | null }
  | { readonly kind: 'message-state-changed'; readonly messageId: MessageId; readonly state: DeliveryState }
  | {
      readonly kind: 'designation-changed'
      readonly decisionId: DecisionId
      readonly designated: Extension | null
      readonly version: number
    }
  | { readonly kind: 'status-changed'; readonly status: ConversationStatus; readonly version: number }

/** An event as committed: `seq` is its place in the one order of all commits. */
export interface CommittedEvent {
  readonly seq: Seq
  readonly at: Millis
  readonly groupKey: GroupKey
  readonly conversationId: ConversationId
  readonly event: DomainEvent
}
