import type { Address } from '../domain/address.ts'
import type { CannedReply } from '../domain/canned-reply.ts'
import type {
  ConversationState,
  ConversationStatus,
  DecisionRecord,
  DesignationChange,
  InboundDecision,
  LastInbound,
  RoutingState,
} from '../domain/conversation.ts'
import type { DeliveryReport, DeliveryState, SendFailure, SendOutcome } from '../domain/delivery.ts'
import type { Directory, PbxSnapshot } from '../domain/directory.ts'
import type { CommittedEvent } from '../domain/events.ts'
import type { Failure, Result } from '../domain/failures.ts'
import type { GroupSettings } from '../domain/group-settings.ts'
import type {
  CannedReplyId,
  CarrierId,
  ConversationId,
  DecisionId,
  Extension,
  GroupKey,
  GroupRef,
  MessageId,
  Millis,
  OutboxId,
  PbxId,
  RuleId,
  Seq,
} from '../domain/ids.ts'
import type { Actor, Channel, InboundMessage, MessageContent, OutboundMessage } from '../domain/message.ts'
import type { OptOut, OptOutChange, OptOutSource } from '../domain/opt-out.ts'
import type { MessageRule, RuleDraft, RuleSet } from '../domain/rules.ts'

export type Unsubscribe = () => void
export type Clock = () => Millis
/** A fresh UUIDv7. */
export type IdSource = () => string
/** 0 ≤ n < 1 */
export type RandomSource = () => number

/** What the rooms write for an operator to read. Never a message's text, never a secret. */
export interface Log {
  debug(facts: object, sentence: string): void
  info(facts: object, sentence: string): void
  warn(facts: object, sentence: string): void
  error(facts: object, sentence: string): void
}

// ---------------------------------------------------------------------------------------------- store

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
  /** The client's own key: the same key never sends twice. */
  readonly idempotencyKey: string
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

/** How an attempt ended, as the outbox keeps it. */
export type OutboxResult =
  | {
      readonly kind: 'done'
      readonly outcome: Extract<SendOutcome, { kind: 'taken' | 'refused' | 'unknown' }>
    }
  | { readonly kind: 'retry'; readonly notBefore: Millis; readonly reason: string }

export interface CarrierAccount {
  readonly id: CarrierId
  readonly kind: string
  readonly name: string
  readonly enabled: boolean
  /** Not secret: account ids, endpoints, numbers. Its shape is the carrier kind's own. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Secrets, sealed at rest by a key outside the database. */
  readonly secrets: Readonly<Record<string, string>>
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

export interface StoredMessage {
  readonly id: MessageId
  readonly seq: Seq
  readonly conversationId: ConversationId
  readonly direction: 'in' | 'out'
  readonly channel: Channel
  readonly did: Address
  readonly content: MessageContent
  readonly mention: { readonly extension: Extension; readonly name: string } | null
  readonly author: Actor
  /** Null for inbound ones. */
  readonly state: DeliveryState | null
  readonly failure: SendFailure | null
  readonly carrierAt: Millis | null
  readonly at: Millis
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
  readonly channel: Channel | null
  /** With a reader, the first page begins with all that he pinned, beside its limit, and no later page has them. */
  readonly reader?: Reader | null
  readonly before: Seq | null
  readonly limit: number
}

/**
 * The database. Every verb that changes something is atomic and takes a pure, synchronous decider, which is
 * called inside the transaction, perhaps again; its promise resolves only once the change is on disk.
 */
export interface Store {
  /** Names this database's history: a cursor of another one is worth nothing here. */
  readonly epoch: string

  commitInbound(
    request: InboundRequest,
    decide: (state: RoutingState) => InboundDecision,
  ): Promise<InboundReceipt>
  commitReply(
    request: ReplyRequest,
    decide: (state: ConversationState) => Result<ReplyDecision>,
  ): Promise<Result<ReplyReceipt>>
  /** Transfer, take, reassign, designation of a waiting conversation. A decider's null changes nothing. */
  commitDesignation(
    request: DesignationRequest,
    decide: (
      state: RoutingState & { readonly conversation: ConversationState },
    ) => Result<DesignationChange | null>,
  ): Promise<Result<DesignationReceipt>>
  commitStatus(
    request: DesignationRequest & { readonly actor: Actor; readonly reason?: 'idle' },
    decide: (state: ConversationState) => Result<'open' | 'closed'>,
  ): Promise<Result<DesignationReceipt>>
  /** Calls the designated agent again to what he left unanswered; a decider's null does not. */
  commitReminder(
    request: ReminderRequest,
    decide: (state: ConversationState) => { readonly alertPhone: boolean } | null,
  ): Promise<boolean>
  /**
   * Closes a conversation and goes on with its customer in another group: both, or neither. The decider sees the
   * conversation and the other group's state.
   */
  commitGroupTransfer(
    request: GroupTransferRequest,
    decide: (from: ConversationState, there: RoutingState) => Result<DesignationChange | null>,
  ): Promise<Result<GroupTransferReceipt>>
  /** An agent's first message to a customer: opens or reopens the conversation and writes into it. */
  commitStart(
    request: StartRequest,
    decide: (state: ConversationState | null) => Result<DesignationChange | null>,
  ): Promise<Result<StartReceipt>>
  /** Marks due items as being sent, at most one a conversation at a time, oldest first. */
  claimOutbox(now: Millis, limit: number): Promise<readonly OutboxItem[]>
  settleOutbox(id: OutboxId, result: OutboxResult, now: Millis): Promise<void>
  /** What was being sent when the process died can't be known: it becomes `unknown`. Called once, at start. */
  settleInterrupted(now: Millis): Promise<number>
  commitReport(
    carrierId: CarrierId,
    report: DeliveryReport,
    now: Millis,
  ): Promise<'changed' | 'unchanged' | 'no-such-message'>
  /** He has read up to this message or note. Never goes back. */
  markRead(request: {
    readonly reader: Reader
    readonly conversationId: ConversationId
    readonly through: MessageId
    readonly at: Millis
  }): Promise<Result<PersonalState>>
  /** What is left out stays. */
  savePreferences(request: {
    readonly reader: Reader
    readonly conversationId: ConversationId
    readonly muted: boolean | null
    readonly pinned: boolean | null
    readonly at: Millis
  }): Promise<Result<PersonalState>>
  commitNote(request: NoteRequest): Promise<Result<ReplyReceipt>>
  /** Gives whether that was news. */
  setOptOut(request: OptOutRequest): Promise<boolean>
  /** Fails when another of its group has the shortcut. */
  saveCannedReply(reply: CannedReply): Promise<Result<CannedReply>>
  deleteCannedReply(id: CannedReplyId): Promise<boolean>
  saveGroupSettings(
    group: GroupRef,
    settings: GroupSettings,
    expectedVersion: number | null,
  ): Promise<Result<StoredGroupSettings>>
  saveAbsences(changes: readonly Absence[], watchedUntil: Millis): Promise<void>
  saveDirectory(directory: Directory): Promise<void>
  /**
   * Stores a rule as its next version. `expectedVersion` is the one that its writer saw, null for a new rule;
   * left out, whatever is there is replaced. An edit of another version changes nothing.
   */
  saveRule(rule: RuleDraft, expectedVersion?: number | null): Promise<RuleReceipt>
  deleteRule(id: RuleId, expectedVersion?: number): Promise<'deleted' | RuleReceipt>
  /** Puts the rules into this order; refused (false) when the rule set is another version, or has other rules. */
  orderRules(ids: readonly RuleId[], expectedSetVersion: number): Promise<boolean>
  /** Takes an unrouted message in as if its rule had been there when it came; null when it is unrouted no more. */
  commitUnrouted(
    request: UnroutedRequest,
    decide: (state: RoutingState) => InboundDecision,
  ): Promise<InboundReceipt | null>
  /** Their hours have begun: from now on they wait like the others. */
  releaseHeld(ids: readonly ConversationId[]): Promise<void>
  saveCarrier(account: CarrierAccount): Promise<void>
  /** Forgets events older than this. */
  pruneEvents(before: Millis): Promise<number>

  groupSettings(group: GroupRef): StoredGroupSettings
  loadAbsences(): AbsenceRecord
  /** The group that a customer's messages to a group go to since a transfer; null when they stay. */
  divertedTo(customer: Address, group: GroupRef): GroupRef | null
  /** Conversations of other groups that came before it: who may read it may read them. */
  continuedFrom(id: ConversationId): readonly { readonly id: ConversationId; readonly groupKey: GroupKey }[]
  /** Conversations that it went on in. */
  continuedBy(id: ConversationId): readonly { readonly id: ConversationId; readonly groupKey: GroupKey }[]
  /** What happened to a conversation besides its messages, newest first. */
  timeline(id: ConversationId, limit: number): readonly TimelineEntry[]
  /** Groups with open conversations that nobody is designated for. */
  waitingGroups(): readonly GroupKey[]
  /** Those of a group, the longest waiting first. */
  waitingFrom(
    group: GroupKey,
    after: Seq,
    limit: number,
  ): readonly (Placed & { readonly ruleId: RuleId | null })[]
  /** Open conversations of a group whose designated agent owes an answer since before a time, oldest first. */
  owing(group: GroupKey, before: Millis, after: Seq, limit: number): readonly Placed[]
  /** Open conversations of a group in which nothing happened since before a time. */
  idle(group: GroupKey, before: Millis, limit: number): readonly ConversationId[]
  /** Agents designated for open conversations of a group. */
  designatedIn(group: GroupKey): readonly Extension[]
  loadDirectory(): Directory | null
  ruleSet(): RuleSet
  carriers(): readonly CarrierAccount[]
  conversations(query: ConversationQuery): Page<ConversationSummary>
  conversation(id: ConversationId): ConversationSummary | null
  /** Newest first. */
  messages(id: ConversationId, before: Seq | null, limit: number): Page<StoredMessage>
  message(id: MessageId): StoredMessage | null
  /** Messages and notes in their one order, newest first. */
  thread(id: ConversationId, before: Seq | null, limit: number): Page<StoredMessage | StoredNote>
  note(id: MessageId): StoredNote | null
  /** One for each that exists, in the order of the ids. */
  personal(reader: Reader, ids: readonly ConversationId[]): ReadonlyMap<ConversationId, PersonalState>
  unreadTotals(reader: Reader, groups: readonly GroupKey[]): UnreadTotals
  /** Who is opted out now, the latest first; of one customer alone when an address is given. */
  optOuts(before: Seq | null, limit: number, customer?: Address): Page<OptOut>
  /** Of one customer and DID, newest first. */
  optOutChanges(customer: Address, did: Address, limit: number): readonly OptOutChange[]
  /** In the order of their shortcuts. */
  cannedReplies(): readonly CannedReply[]
  decision(id: DecisionId): DecisionRecord | null
  /** Of one conversation, newest first: what its timeline shows. */
  decisions(id: ConversationId, limit: number): readonly DecisionRecord[]
  /** Every group that ever had a conversation, also those that the PBX no longer has. */
  knownGroups(): readonly GroupKey[]
  /** Open conversations of a group with nobody designated, the longest waiting first. */
  waiting(group: GroupKey, limit: number): readonly ConversationId[]
  /** Open conversations designated to an extension in a group. */
  designatedTo(group: GroupKey, extension: Extension): readonly ConversationId[]
  unrouted(before: Seq | null, limit: number): Page<UnroutedMessage>
  /** Oldest first; pass `next` as `after` to go on. */
  oldestUnrouted(after: Seq | null, limit: number): Page<UnroutedMessage>
  unroutedMessage(id: MessageId): UnroutedMessage | null
  /** Conversations with nobody designated that wait for hours to begin. */
  held(): readonly HeldConversation[]
  /** What a message of this sender to this group would be decided from now. */
  routingState(customer: Address, group: GroupRef): RoutingState
  /** Events after a seq, oldest first; null when that seq is no longer kept. */
  eventsAfter(seq: Seq, groups: readonly GroupKey[], limit: number): readonly CommittedEvent[] | null
  lastSeq(): Seq
  /** Called after each commit, in order, with what it brought. */
  onCommitted(listener: (events: readonly CommittedEvent[]) => void): Unsubscribe
  /** Called when the outbox may have become due. */
  onOutbox(listener: () => void): Unsubscribe
  /** Finishes what is under way, then closes. */
  close(): Promise<void>
}

// ------------------------------------------------------------------------------------------------ PBX

export interface LinkHealth {
  readonly ami: LinkState
  readonly ari: LinkState
}

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly since: Millis }
  /** `sentence` says what to do where a person can do something. */
  | { readonly kind: 'down'; readonly since: Millis; readonly code: LinkFault; readonly sentence: string }

export type LinkFault =
  | 'refused'
  | 'wrong-credentials'
  | 'permission'
  | 'not-booted'
  | 'lost'
  | 'timeout'
  | 'fault'

/** The PBX as its readers see it. */
export interface Pbx {
  snapshot(): PbxSnapshot
  health(): LinkHealth
  /** Called whenever `snapshot()` or `health()` gives a new value. */
  onChanged(listener: () => void): Unsubscribe
}

/** A text to or through the PBX. */
export interface SipText {
  /** A PJSIP target: `pjsip:101`, or `pjsip:PJSIP/+1954…@trunk1` by a trunk. */
  readonly to: string
  /** A SIP URI; Asterisk sends nonsense for anything else. */
  readonly from: string
  readonly text: string
}

export type SipTextOutcome =
  /** Asterisk took it. Whether the other end did, nobody says. */
  | { readonly kind: 'handed-over' }
  | { readonly kind: 'no-such-endpoint'; readonly reason: string }
  /** The link was down before anything was asked. */
  | { readonly kind: 'link-down' }
  /** The link broke or the deadline passed while Asterisk had it. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface SipMessenger {
  sendText(text: SipText): Promise<SipTextOutcome>
  /** The dialplan wrote a spool file. Only a hint: the folder is the truth. */
  onSpooled(listener: () => void): Unsubscribe
}

/** The phones of extensions, as they are registered now. */
export interface Phones {
  /**
   * Where a text reaches each of them, `pjsip:101/sip:101@10.0.0.5:5060`; empty where none is registered. May reject
   * while the link is down.
   */
  contactsOf(extension: Extension): Promise<readonly string[]>
}

/** Which agents have a panel open now. */
export interface Panels {
  isOpen(extension: Extension): boolean
  onChanged(listener: () => void): Unsubscribe
}

// ------------------------------------------------------------------------------------------- carriers

/** A carrier account at work. Optional abilities are the interfaces below it. */
export interface Carrier {
  readonly id: CarrierId
  readonly channels: readonly Channel[]
  send(message: OutboundMessage): Promise<SendOutcome>
  close(): Promise<void>
}

/** A carrier that calls us over HTTP. */
export interface WebhookCarrier extends Carrier {
  /** Over the raw bytes, in constant time; anything doubtful is refused. */
  receive(request: WebhookRequest): WebhookResult
}

export interface WebhookRequest {
  readonly method: 'GET' | 'POST'
  /** The URL as the carrier knows it: public scheme, host and path, with the query as it came. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
  readonly receivedAt: Millis
}

export type WebhookResult =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly answer: WebhookAnswer }
  | {
      readonly kind: 'content'
      readonly inbound: readonly InboundMessage[]
      readonly reports: readonly DeliveryReport[]
      /** Given only after everything above is on disk. */
      readonly answer: WebhookAnswer
    }

export interface WebhookAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export const isWebhookCarrier = (carrier: Carrier): carrier is WebhookCarrier => 'receive' in carrier

/** Reads an address as its carrier or the PBX wrote it; numbers become E.164 by the home country. */
export type AddressReader = (raw: string) => Address

export type { Failure }
