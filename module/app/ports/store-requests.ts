import type { DesignationChange, LastInbound } from '../../domain/conversation.ts'
import type { GroupSettings } from '../../domain/directory/group-settings.ts'
import type {
  CarrierId,
  ConversationId,
  DecisionId,
  Extension,
  GroupKey,
  GroupRef,
  MediaId,
  MessageId,
  Millis,
  OutboxId,
  RuleId,
  Seq,
} from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { SendOutcome } from '../../domain/message/delivery.ts'
import type { Actor, InboundMessage, OutboundMessage } from '../../domain/message/message.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import type { OptOutSource } from '../../domain/message/opt-out.ts'
import type { MessageRule } from '../../domain/rules/rules.ts'

export interface InboundRequest {
  readonly message: InboundMessage
  /** Where the rules sent it, and which version of them; a null group keeps it as unrouted. */
  readonly route: InboundRoute | null
  readonly ruleSetVersion: number
}

export interface InboundRoute {
  readonly group: GroupRef
  /** Null where an administrator said where it goes. */
  readonly ruleId: RuleId | null
  /** The rule's own group, where the customer was transferred from it to `group`. */
  readonly divertedFrom?: GroupRef
  /** It waits until the rule's hours begin, unless somebody is designated already. */
  readonly held?: boolean
}

/** Sends a message on that no rule took. */
export interface UnroutedRequest {
  readonly messageId: MessageId
  readonly route: InboundRoute
  /** Null where the rules don't matter: an administrator chose. */
  readonly ruleSetVersion: number | null
  /** When it is sent on. The message keeps the time at which it came; its place is behind all that came since. */
  readonly at: Millis
}

export type RuleReceipt =
  | { readonly kind: 'saved'; readonly rule: MessageRule }
  /** Somebody changed it meanwhile; null when it is gone, or was never there. */
  | { readonly kind: 'stale'; readonly current: MessageRule | null }

export type InboundReceipt =
  | {
      readonly kind: 'committed'
      readonly messageId: MessageId
      readonly conversationId: ConversationId
      readonly seq: Seq
    }
  | { readonly kind: 'unrouted'; readonly messageId: MessageId }
  /** The carrier delivered it before; nothing changed. */
  | { readonly kind: 'duplicate'; readonly messageId: MessageId }
  /** The rules changed since they were applied; apply them again and repeat. */
  | { readonly kind: 'stale-rules' }

export interface ReplyRequest {
  readonly conversationId: ConversationId
  readonly author: { readonly extension: Extension; readonly name: string }
  readonly text: string
  /** Files that its author uploaded, in their order; left out for none. */
  readonly media?: readonly MediaId[]
  /** A template, of which `text` is what the customer reads. */
  readonly template?: TemplateUse | null
  /** The failed or unknown message of which this is the second attempt. */
  readonly againOf?: MessageId | null
  /** The client's own key: the same key never sends twice. */
  readonly idempotencyKey: string
  /** The last message or note that its writer saw; left out or null, nobody asks whether a colleague was quicker. */
  readonly seen?: MessageId | null
  readonly at: Millis
}

export interface ReplyDecision {
  readonly via: LastInbound
  /** A reply on an unassigned conversation takes it. */
  readonly designation: DesignationChange | null
}

export interface ReplyReceipt {
  readonly messageId: MessageId
  readonly repeated: boolean
}

export interface DesignationRequest {
  readonly conversationId: ConversationId
  /** The version the person was looking at; null where it does not matter. */
  readonly expectedVersion: number | null
  readonly at: Millis
}

export interface DesignationReceipt {
  readonly decisionId: DecisionId | null
  readonly version: number
}

export interface ReminderRequest {
  readonly conversationId: ConversationId
  readonly at: Millis
}

export interface GroupTransferRequest extends DesignationRequest {
  readonly toGroup: GroupRef
  readonly actor: Actor
  readonly note: string | null
}

export interface GroupTransferReceipt {
  /** Where the customer's conversation goes on. */
  readonly conversationId: ConversationId
  /** Whom the transfer designated; null where nobody was available, or somebody had it already. */
  readonly designated: { readonly extension: Extension; readonly name: string } | null
}

export interface StartRequest {
  readonly customer: Address
  readonly group: GroupRef
  readonly via: Pick<LastInbound, 'carrierId' | 'channel' | 'did'>
  readonly author: { readonly extension: Extension; readonly name: string }
  readonly text: string
  /** A template, of which `text` is what the customer reads. */
  readonly template?: TemplateUse | null
  readonly idempotencyKey: string
  readonly at: Millis
}

export interface StartReceipt extends ReplyReceipt {
  readonly conversationId: ConversationId
}

export interface StoredGroupSettings {
  /** 0 while nobody set anything. */
  readonly version: number
  readonly settings: GroupSettings
}

/** A member who can't be had; a null `since` is one who can again. */
export interface Absence {
  readonly group: GroupKey
  readonly extension: Extension
  readonly since: Millis | null
}

export interface AbsenceRecord {
  readonly absences: readonly Absence[]
  /** Null before anybody watched. */
  readonly watchedUntil: Millis | null
}

/** Work for after the commit: a message for a carrier, or an alert for an agent's phone. */
export type OutboxItem =
  | {
      readonly kind: 'message'
      readonly id: OutboxId
      readonly carrierId: CarrierId
      readonly message: OutboundMessage
      readonly attempt: number
      readonly createdAt: Millis
    }
  | {
      readonly kind: 'phone-alert'
      readonly id: OutboxId
      readonly extension: Extension
      readonly conversationId: ConversationId
      readonly messageId: MessageId
      readonly attempt: number
      readonly createdAt: Millis
    }

/**
 * What may leave now, asked inside the transaction that claims. What it lets go counts as gone, even where the commit
 * then fails.
 */
export interface OutboxDoor {
  /** How many more may leave by a carrier; null asks for alerts on phones. */
  room(carrierId: CarrierId | null): number
  /** Until when a message waits beyond that; null lets it go. */
  putOff(item: { readonly carrierId: CarrierId; readonly from: Address; readonly to: Address }): Millis | null
  /** Messages unsent since before this time fail. */
  readonly expireBefore: Millis
}

/** A send of unknown end, about which its carrier is to be asked. */
export interface DueInquiry {
  readonly carrierId: CarrierId
  readonly message: OutboundMessage
  readonly sentAt: Millis
  /** Questions before this one. */
  readonly asked: number
}

/** How an attempt ended, as the outbox keeps it. */
export type OutboxResult =
  | {
      readonly kind: 'done'
      readonly outcome: Extract<SendOutcome, { kind: 'taken' | 'refused' | 'unknown' }>
    }
  | { readonly kind: 'retry'; readonly notBefore: Millis; readonly reason: string }

export interface NoteRequest {
  readonly conversationId: ConversationId
  readonly author: { readonly extension: Extension; readonly name: string }
  readonly text: string
  readonly mentions: readonly { readonly extension: Extension; readonly name: string }[]
  /** The client's own key: the same key never writes twice. */
  readonly idempotencyKey: string
  readonly at: Millis
}

export interface OptOutRequest {
  readonly customer: Address
  readonly did: Address
  readonly optedOut: boolean
  readonly source: OptOutSource
  readonly actor: Actor
  readonly reason: string | null
  readonly at: Millis
}
