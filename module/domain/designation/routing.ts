import {
  type AutoReplyWish,
  type ConversationState,
  type DesignationCause,
  type DesignationChange,
  type InboundDecision,
  isPersonsWord,
  owesAnswerSince,
  type RoutingState,
} from '../conversation.ts'
import type { Extension, Millis } from '../ids.ts'
import type { Hold } from '../rules/rules.ts'
import { designationInput, unavailability } from './candidates.ts'
import { type DesignationInput, designate } from './designation.ts'
import { hasLeft, type RoutingContext, reachedByPhoneOnly, settingsOf } from './routing-context.ts'

export { designationInput } from './candidates.ts'
export { type RoutingContext, reachedByPhoneOnly } from './routing-context.ts'

/** What an inbound message does: keeps the designated agent, designates one, or leaves the customer waiting. */
export function decideInbound(state: RoutingState, context: RoutingContext): InboundDecision {
  const { conversation } = state
  if (context.hold != null && !isLeftBehind(conversation, context))
    return holdInbound(conversation, context.hold)
  const designation = inboundDesignation(state, context)
  const mention =
    designation === null ? (conversation?.designated ?? null) : (designation.to?.extension ?? null)
  return {
    designation,
    mention,
    reopens: conversation?.status === 'closed',
    alertPhone: mention !== null && reachedByPhoneOnly(mention, context) ? mention : null,
    autoReply: mention === null ? nobodyThere(context) : null,
  }
}

/** While the PBX is away, who is available is not known, and nothing is said of it. */
function nobodyThere(context: RoutingContext): AutoReplyWish | null {
  const { autoReply } = settingsOf(context)
  return autoReply === null || context.pbx.freshness === 'stale' ? null : { text: autoReply }
}

/**
 * Outside the hours nobody is looked for, and nobody loses his customer for having gone home: whoever is designated
 * finds the message when he is back. No phone is rung about it.
 */
const holdInbound = (conversation: ConversationState | null, { autoReply }: Hold): InboundDecision => ({
  designation: null,
  mention: conversation?.designated ?? null,
  reopens: conversation?.status === 'closed',
  alertPhone: null,
  autoReply: autoReply === null ? null : { text: autoReply },
})

const isLeftBehind = (conversation: ConversationState | null, context: RoutingContext): boolean =>
  conversation?.designated != null && hasLeft(conversation.designated, context)

function inboundDesignation(state: RoutingState, context: RoutingContext): DesignationChange | null {
  const { conversation } = state
  if (conversation === null) return designationFor(state, context, 'opened')
  if (conversation.designated === null) return designationFor(state, context, 'waiting')
  const why = whyAnew(conversation, conversation.designated, context)
  return why === null ? null : designationAnew(state, conversation.designated, context, why)
}

/** Designates a conversation that waits, or says that nobody is available still. */
export function decideWaiting(
  { conversation, ...state }: OfConversation,
  context: RoutingContext,
): DesignationChange | null {
  if (conversation.designated !== null || conversation.status === 'closed') return null
  return withAlert(designationFor({ ...state, conversation }, context, 'waiting'), context)
}

/** Gives an unanswered conversation to somebody else: its agent left the group, or let it lie for too long. */
export function decideUnanswered(state: OfConversation, context: RoutingContext): DesignationChange | null {
  const { conversation } = state
  const { designated } = conversation
  if (designated === null || conversation.status === 'closed' || owesAnswerSince(conversation) === null)
    return null
  const why = hasLeft(designated, context)
    ? 'left-group'
    : isUnansweredTooLong(conversation, context)
      ? 'unanswered'
      : null
  if (why === null) return null
  return withAlert(designationAnew(state, designated, context, why), context)
}

type OfConversation = RoutingState & { readonly conversation: ConversationState }

/** Why a message does not stay with the designated agent; null when it does. */
function whyAnew(
  conversation: ConversationState,
  designated: Extension,
  context: RoutingContext,
): 'left-group' | 'unavailable' | 'unanswered' | null {
  if (hasLeft(designated, context)) return 'left-group'
  const { sticky } = settingsOf(context)
  // Escalation is not asked here: it spares whoever has looked, which the sweep alone knows.
  if (isUnansweredFor(conversation, sticky.kind === 'unanswered' ? sticky.afterMs : null, context))
    return 'unanswered'
  if (sticky.kind !== 'when-unavailable' || isPersonsWord(conversation.designatedCause)) return null
  return isUnavailableFor(designated, sticky.afterMs, context) ? 'unavailable' : null
}

/** By the sticky mode, or by escalation. */
function isUnansweredTooLong(conversation: ConversationState, context: RoutingContext): boolean {
  const { sticky, escalateAfterMs } = settingsOf(context)
  const limits = [sticky.kind === 'unanswered' ? sticky.afterMs : null, escalateAfterMs]
  return limits.some((limit) => isUnansweredFor(conversation, limit, context))
}

/** A person's word is no setting's to change. */
function isUnansweredFor(
  conversation: ConversationState,
  limitMs: Millis | null,
  context: RoutingContext,
): boolean {
  const since = owesAnswerSince(conversation)
  if (limitMs === null || since === null || context.pbx.freshness === 'stale') return false
  return !isPersonsWord(conversation.designatedCause) && context.at - since >= limitMs
}

/** He can't be had now, and Parley has watched him be so for as long. The PBX's silence is held against nobody. */
function isUnavailableFor(extension: Extension, afterMs: Millis, context: RoutingContext): boolean {
  if (context.pbx.freshness === 'stale') return false
  const since = context.unavailableSince?.(extension) ?? null
  if (since === null || context.at - since < afterMs) return false
  return unavailability(extension, context) !== null
}

/**
 * Looks for somebody else. Where there is nobody, an agent who could answer keeps it; one who can't leaves it
 * unassigned, so that the first to become available gets it.
 */
function designationAnew(
  state: RoutingState,
  designated: Extension,
  context: RoutingContext,
  cause: 'left-group' | 'unavailable' | 'unanswered',
): DesignationChange | null {
  const change = designationFor(state, context, cause, cause === 'unanswered' ? designated : null)
  if (change?.to === null && cause === 'unanswered' && unavailability(designated, context) === null)
    return null
  return change
}

/** A decision by the PBX's strategy; null when nothing changes and an earlier decision says why already. */
function designationFor(
  state: RoutingState,
  context: RoutingContext,
  cause: DesignationCause,
  passedOver: Extension | null = null,
): DesignationChange | null {
  const input = designationInput(state, context, passedOver)
  const to = winnerOf(input)
  if (to === null && cause === 'waiting') return null
  return { cause, actor: { kind: 'pbx', name: 'PBX' }, to, input, note: null }
}

/** Whom the strategy picks. */
export function winnerOf(input: DesignationInput): DesignationChange['to'] {
  const { winner } = designate(input)
  const facts = input.candidates.find((candidate) => candidate.extension === winner)
  return facts === undefined ? null : { extension: facts.extension, name: facts.name }
}

/** Rings the phone of one who has no panel open. */
export const withAlert = <Change extends DesignationChange | null>(
  change: Change,
  context: RoutingContext,
): Change =>
  change?.to == null ? change : { ...change, alertPhone: reachedByPhoneOnly(change.to.extension, context) }
