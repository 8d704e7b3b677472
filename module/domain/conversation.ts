import type { DesignationInput } from './designation/designation.ts'
import type { CarrierId, ConversationId, DecisionId, Extension, GroupRef, Millis, RuleId } from './ids.ts'
import type { Address } from './message/address.ts'
import type { Actor, Channel } from './message/message.ts'

export type ConversationStatus = 'open' | 'closed'

/** Why the designated agent is who he is, or why there is none. */
export type DesignationCause =
  /** The first message of a sender to a group. */
  | 'opened'
  /** A message on a conversation that had nobody. */
  | 'waiting'
  /** He is no longer a member of the group. */
  | 'left-group'
  /** A message found him unavailable for longer than the group's setting allows. */
  | 'unavailable'
  /** He left a message unanswered for longer than the group's setting allows. */
  | 'unanswered'
  /** An agent wrote to the customer first. */
  | 'started'
  /** Transferred from another group, whose agent left it to this group's strategy. */
  | 'continued'
  | 'transfer'
  | 'take'
  /** Replying to an unassigned conversation takes it. */
  | 'reply'
  | 'reassign'

/** What a decider sees of a conversation, read inside the transaction. */
export interface ConversationState {
  readonly id: ConversationId
  readonly group: GroupRef
  readonly customer: { readonly address: Address; readonly name: string | null }
  readonly status: ConversationStatus
  readonly designated: Extension | null
  readonly designatedName: string | null
  readonly designatedCause: DesignationCause | null
  /** Changes with designation or status only, so that a burst of messages makes no transfer stale. */
  readonly version: number
  /** The way the last inbound message came, which a reply goes back by; null when nothing came yet. */
  readonly lastInbound: LastInbound | null
  /** Since when the customer waits for an answer; null when nobody waits. */
  readonly waitingSince?: Millis | null
  /** When the designated agent became so; null while there is none. */
  readonly designatedAt?: Millis | null
  /** The last message, designation or change of status. */
  readonly activeAt?: Millis
  /** When the designated agent was last called again to what he left unanswered. */
  readonly remindedAt?: Millis | null
  /** The rule that its last message came by; null or left out where no rule is known. */
  readonly ruleId?: RuleId | null
  /** Waits for that rule's hours to begin: nobody is designated by the PBX's strategy before. */
  readonly held?: boolean
  /** Handed to another group, where the customer's messages go until that conversation closes. */
  readonly continuedIn?: ConversationId | null
}

/** A cause that is a person's word: it holds for all later messages, until he is no member or a supervisor acts. */
export const isPersonsWord = (cause: DesignationCause | null): boolean =>
  cause === 'transfer' || cause === 'take' || cause === 'reply' || cause === 'reassign' || cause === 'started'

/** Since when the designated agent owes an answer; null when he owes none. */
export function owesAnswerSince({
  designated,
  designatedAt,
  waitingSince,
}: Pick<ConversationState, 'designated' | 'designatedAt' | 'waitingSince'>): Millis | null {
  if (designated === null || waitingSince == null) return null
  return Math.max(waitingSince, designatedAt ?? 0)
}

export interface LastInbound {
  readonly carrierId: CarrierId
  readonly channel: Channel
  readonly did: Address
  readonly sender: Address
  readonly at: Millis
}

/** A colleague's reply that the writer of another had not seen. */
export interface AnsweredMeanwhile {
  readonly by: string
  readonly at: Millis
}

/** One group's state, read and changed under its lock. */
export interface RoutingState {
  /** Null when this customer never wrote to this group. */
  readonly conversation: ConversationState | null
  /** Open conversations by designated agent, in this group. */
  readonly openConversations: ReadonlyMap<Extension, number>
  readonly lastDesignatedAt: ReadonlyMap<Extension, Millis>
  /** Whom the group designated last. */
  readonly cursor: Extension | null
}

/** A designation to be stored: who, why, and everything it was decided from. */
export interface DesignationChange {
  readonly cause: DesignationCause
  readonly actor: Actor
  /** Null leaves or makes the conversation unassigned. */
  readonly to: { readonly extension: Extension; readonly name: string } | null
  /** What the PBX's strategy decided from; null where a person decided. */
  readonly input: DesignationInput | null
  /** A word for the one who gets it. */
  readonly note: string | null
  /** Ring his phone about the last inbound message: he has no panel open. (An inbound message's own decision says it there.) */
  readonly alertPhone?: boolean
}

/** What an inbound message does to its conversation. */
export interface InboundDecision {
  /** Null keeps whoever is designated. */
  readonly designation: DesignationChange | null
  /** Whom this message mentions, fixed for good. */
  readonly mention: Extension | null
  /** A closed conversation opens again by a message. */
  readonly reopens: boolean
  /** Ring the designated agent's phone by SIP MESSAGE: he has no panel open. */
  readonly alertPhone: Extension | null
  /** Wished for, not promised: it passes `judgeAutoReply` and the send gate in the message's own transaction. */
  readonly autoReply?: AutoReplyWish | null
}

/** What wants no answer, a reaction or an edit, stands in its conversation and moves nobody. */
export const standsAlone: InboundDecision = {
  designation: null,
  mention: null,
  reopens: false,
  alertPhone: null,
}

/** What is said to the customer by nobody: outside the hours, or while nobody is available. */
export interface AutoReplyWish {
  readonly text: string
  /** At most one a conversation within this time; 12 hours unless given. */
  readonly windowMs?: Millis
}

/** A stored decision, as it explains itself. */
export interface DecisionRecord {
  readonly id: DecisionId
  readonly conversationId: ConversationId
  readonly at: Millis
  readonly cause: DesignationCause
  readonly actor: Actor
  readonly previous: Extension | null
  /** As it was then; null or left out where nobody had it, or nobody knows. */
  readonly previousName?: string | null
  readonly winner: { readonly extension: Extension; readonly name: string } | null
  readonly input: DesignationInput | null
  readonly note: string | null
}
