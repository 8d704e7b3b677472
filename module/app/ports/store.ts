import type {
  AnsweredMeanwhile,
  ConversationState,
  DecisionRecord,
  DesignationChange,
  InboundDecision,
  RoutingState,
} from '../../domain/conversation.ts'
import type { Away } from '../../domain/designation/away.ts'
import type { Directory } from '../../domain/directory/directory.ts'
import type { GroupSettings } from '../../domain/directory/group-settings.ts'
import type { CommittedEvent } from '../../domain/events.ts'
import type { Result } from '../../domain/failures.ts'
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
} from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { CannedReply } from '../../domain/message/canned-reply.ts'
import type { DeliveryReport } from '../../domain/message/delivery.ts'
import type { InquiryResult } from '../../domain/message/inquiry.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { OptOut, OptOutChange } from '../../domain/message/opt-out.ts'
import type { SendWay, TakenWay } from '../../domain/message/send-window.ts'
import type { RuleDraft, RuleSet } from '../../domain/rules/rules.ts'
import type { AccessStore, RepeatableAnswers } from './access.ts'
import type { Unsubscribe } from './ambient.ts'
import type { AuditLog } from './audit.ts'
import type { CarrierAccount, CarrierSeen, NewRawEvent, RawEvent } from './carriers.ts'
import type { ContactBook } from './contacts.ts'
import type { MediaStore } from './media.ts'
import type {
  Absence,
  AbsenceRecord,
  DesignationReceipt,
  DesignationRequest,
  DueInquiry,
  GroupTransferReceipt,
  GroupTransferRequest,
  InboundReceipt,
  InboundRequest,
  NoteRequest,
  OptOutRequest,
  OutboxDoor,
  OutboxItem,
  OutboxResult,
  ReminderRequest,
  ReplyDecision,
  ReplyReceipt,
  ReplyRequest,
  RuleReceipt,
  StartReceipt,
  StartRequest,
  StoredGroupSettings,
  UnroutedRequest,
} from './store-requests.ts'
import type {
  ConversationCounts,
  ConversationQuery,
  ConversationSummary,
  CountQuery,
  HeldConversation,
  Page,
  PersonalState,
  Placed,
  Reader,
  SearchPage,
  SearchQuery,
  StoredMessage,
  StoredNote,
  TimelineEntry,
  UnreadTotals,
  UnroutedMessage,
} from './stored.ts'

/**
 * The database. Every verb that changes something is atomic and takes a pure, synchronous decider, which is
 * called inside the transaction, perhaps again; its promise resolves only once the change is on disk.
 */
export interface Store extends MediaStore {
  /** Names this database's history: a cursor of another one is worth nothing here. */
  readonly epoch: string
  readonly access: AccessStore
  readonly repeatable: RepeatableAnswers
  readonly audit: AuditLog
  readonly contacts: ContactBook

  commitInbound(
    request: InboundRequest,
    decide: (state: RoutingState) => InboundDecision,
  ): Promise<InboundReceipt>
  commitReply(
    request: ReplyRequest,
    /** `answered`: what a colleague answered after what the writer saw. */
    decide: (state: ConversationState, answered: AnsweredMeanwhile | null) => Result<ReplyDecision>,
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
  /**
   * Marks due items as being sent, at most one a conversation at a time, oldest first; what may not leave by the door
   * stays queued.
   */
  claimOutbox(now: Millis, limit: number, door?: OutboxDoor): Promise<readonly OutboxItem[]>
  settleOutbox(id: OutboxId, result: OutboxResult, now: Millis): Promise<void>
  /** What was being sent when the process died can't be known: it becomes `unknown`. Called once, at start. */
  settleInterrupted(now: Millis): Promise<number>
  /** Sends of unknown end that are due to be asked about. */
  dueInquiries(now: Millis, limit: number): readonly DueInquiry[]
  /** What came of asking. A message that was settled meanwhile stays as it is. */
  settleInquiry(
    carrierId: CarrierId,
    messageId: MessageId,
    result: InquiryResult,
    now: Millis,
  ): Promise<'changed' | 'unchanged'>
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
  /** Null: he is back. */
  saveAway(agent: Reader, away: Away | null): Promise<void>
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
  /** False where there is none of this id. Its messages stay, and go nowhere any more. */
  deleteCarrier(id: CarrierId): Promise<boolean>
  saveCarrierSeen(seen: readonly CarrierSeen[]): Promise<void>
  /** Keeps a body that could not be read, sealed; the oldest beyond the newest 200 of its carrier go. */
  keepRaw(event: NewRawEvent): Promise<void>
  /** Forgets events older than this. */
  pruneEvents(before: Millis): Promise<number>

  groupSettings(group: GroupRef): StoredGroupSettings
  loadAbsences(): AbsenceRecord
  /** Who is away for messages; those whose time is over may still be among them. */
  awayAgents(pbxId: PbxId): readonly (readonly [Extension, Away])[]
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
  /** By which ways the customer of a conversation wrote, to whatever group: the latest of each channel and DID. */
  takenWays(id: ConversationId): readonly TakenWay[]
  /** By which ways a group was ever texted. */
  groupWays(group: GroupRef): readonly SendWay[]
  carrierSeen(): readonly CarrierSeen[]
  /** Newest first. */
  rawEvents(carrierId: CarrierId): readonly RawEvent[]
  rawEvent(carrierId: CarrierId, n: number): RawEvent | null
  loadDirectory(): Directory | null
  ruleSet(): RuleSet
  carriers(): readonly CarrierAccount[]
  conversations(query: ConversationQuery): Page<ConversationSummary>
  counts(query: CountQuery): ConversationCounts
  /** Words of messages and notes, names and addresses; newest hits first, one a conversation. */
  search(query: SearchQuery): Promise<SearchPage>
  conversation(id: ConversationId): ConversationSummary | null
  /** Newest first. */
  messages(id: ConversationId, before: Seq | null, limit: number): Page<StoredMessage>
  message(id: MessageId): StoredMessage | null
  /** Messages and notes in their one order, newest first. */
  thread(id: ConversationId, before: Seq | null, limit: number): Page<StoredMessage | StoredNote>
  /** What comes after a seq, oldest first; `next` is where to go on. */
  threadSince(id: ConversationId, after: Seq, limit: number): Page<StoredMessage | StoredNote>
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
