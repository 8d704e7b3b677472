import type { ConversationState, ConversationStatus, DecisionRecord } from '../../domain/conversation.ts'
import type {
  CarrierId,
  ConversationId,
  Extension,
  GroupKey,
  MessageId,
  Millis,
  PbxId,
  RuleId,
  Seq,
} from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { DeliveryState, SendFailure } from '../../domain/message/delivery.ts'
import type { Actor, Channel, InboundMessage } from '../../domain/message/message.ts'
import type { MessageContent } from '../../domain/message/message-content.ts'
import type { Snippet } from '../../domain/message/search-words.ts'
import type { StoredMedia } from './media.ts'

/** Something that happened to a conversation besides its messages. */
export type TimelineEntry =
  | { readonly kind: 'decision'; readonly at: Millis; readonly decision: DecisionRecord }
  | {
      readonly kind: 'status'
      readonly id: string
      readonly at: Millis
      readonly status: ConversationStatus
      readonly actor: Actor
      readonly reason: 'idle' | 'continued-in' | 'continued-from' | null
      readonly note: string | null
      /** The other conversation, where it went on or came from. */
      readonly other: { readonly id: ConversationId; readonly groupKey: GroupKey } | null
    }

/** A conversation in a list that is gone through from one end to the other. */
export interface Placed {
  readonly id: ConversationId
  readonly place: Seq
}

export interface ConversationSummary extends ConversationState {
  readonly openedAt: Millis
  readonly lastMessage: {
    readonly seq: Seq
    readonly direction: 'in' | 'out'
    readonly preview: string
    readonly mention: Extension | null
    readonly at: Millis
  } | null
  /** Since when the customer waits for an answer; null when nobody waits. */
  readonly waitingSince: Millis | null
  readonly channels: readonly Channel[]
  /** In lists: the higher, the further up. Rises with each message, designation and change of status. */
  readonly place: Seq
  /** The customer opted out of the DID that a reply would leave by. */
  readonly optedOut: boolean
}

/** An agent as the owner of what he has read, muted and pinned. */
export interface Reader {
  readonly pbxId: PbxId
  readonly extension: Extension
}

/** One conversation as it is for one agent. */
export interface PersonalState {
  /** Inbound messages after the last one he read, and after the conversation was last closed. */
  readonly unread: number
  /** Those of them, and notes, that mention him. */
  readonly mentionsMe: number
  /** No alert of it, and it counts for no badge but that of his mentions. */
  readonly muted: boolean
  /** Stands first in his lists. */
  readonly pinned: boolean
}

/** Over all open conversations of some groups. */
export interface UnreadTotals {
  readonly unreadMessages: number
  readonly unreadConversations: number
  readonly mentions: number
  readonly mentioningConversations: number
}

/** What colleagues tell each other in a conversation, or Parley tells them. No carrier ever sees one. */
export interface StoredNote {
  readonly id: MessageId
  readonly seq: Seq
  readonly conversationId: ConversationId
  readonly direction: 'note'
  readonly author: Actor
  readonly text: string
  readonly mentions: readonly { readonly extension: Extension; readonly name: string }[]
  readonly at: Millis
}

export interface StoredMessage {
  readonly id: MessageId
  readonly seq: Seq
  readonly conversationId: ConversationId
  readonly direction: 'in' | 'out'
  readonly channel: Channel
  readonly did: Address
  readonly content: MessageContent
  /** The files beside it, in their order. */
  readonly media: readonly StoredMedia[]
  readonly mention: { readonly extension: Extension; readonly name: string } | null
  readonly author: Actor
  /** Null for inbound ones. */
  readonly state: DeliveryState | null
  readonly failure: SendFailure | null
  readonly carrierAt: Millis | null
  readonly at: Millis
  readonly carrierId?: CarrierId
  readonly carrierMessageId?: string | null
  /** The message that it quotes, edits, deletes or reacts to, where that is known. */
  readonly refersTo?: { readonly id: MessageId; readonly preview: string } | null
  /** The message of which it is the second attempt. */
  readonly againOf?: MessageId | null
}

export interface UnroutedMessage {
  readonly id: MessageId
  readonly message: InboundMessage
}

/** A conversation that waits for the hours of a rule. */
export interface HeldConversation {
  readonly id: ConversationId
  readonly ruleId: RuleId
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Pass as `before` to go on; null at the end. */
  readonly next: Seq | null
}

export interface ConversationQuery {
  /** Only these groups are looked at: what the asker may see. */
  readonly groups: readonly GroupKey[]
  readonly status: 'open' | 'closed' | 'all'
  /** `mine` needs the extension; `unassigned` is those with nobody designated. */
  readonly designated:
    | { readonly kind: 'anyone' }
    | { readonly kind: 'nobody' }
    | { readonly kind: 'agent'; readonly extension: Extension }
  /** `sms` is what came by a SIP trunk, too. */
  readonly channel: Channel | null
  /** With a reader, the first page begins with all that he pinned, beside its limit, and no later page has them. */
  readonly reader?: Reader | null
  readonly before: Seq | null
  readonly limit: number
}

/** How many open ones there are, for the tabs of a list. */
export interface CountQuery {
  readonly groups: readonly GroupKey[]
  readonly channel: Channel | null
  /** Whose `mine` are. */
  readonly extension: Extension | null
  /** Counting stops there. */
  readonly most: number
}

export interface ConversationCounts {
  readonly all: number
  readonly mine: number
  readonly unassigned: number
}

export interface SearchQuery {
  /** As it was typed. */
  readonly text: string
  readonly groups: readonly GroupKey[]
  readonly status: ConversationStatus | null
  readonly channel: Channel | null
  readonly before: Seq | null
  readonly limit: number
}

/** The newest message or note of a conversation that has the words. */
export interface SearchHit {
  readonly conversation: ConversationSummary
  readonly message: {
    readonly id: MessageId
    readonly direction: 'in' | 'out' | 'note'
    readonly at: Millis
    readonly snippet: Snippet
  }
}

export interface SearchPage extends Page<SearchHit> {
  /** Those whose customer's name or address has it, most recent first; on the first page only. */
  readonly conversations: readonly ConversationSummary[]
}
