import type {
  AnsweredMeanwhile,
  ConversationState,
  DesignationChange,
  LastInbound,
  RoutingState,
} from '../conversation.ts'
import { fail, type Result, succeed } from '../failures.ts'
import { type Extension, groupKey } from '../ids.ts'
import { canBeAnswered } from '../message/address.ts'
import type { Actor } from '../message/message.ts'
import { designationInput, type RoutingContext, reachedByPhoneOnly, winnerOf, withAlert } from './routing.ts'
import { hasLeft, isMember, settingsOf } from './routing-context.ts'

/** An agent who acts on a conversation. */
export interface ActingAgent {
  readonly extension: Extension
  readonly name: string
}

/** The designated agent hands his conversation to another member, who then keeps it. */
export function decideTransfer(
  conversation: ConversationState,
  by: ActingAgent,
  to: ActingAgent,
  context: RoutingContext,
  note: string | null,
): Result<DesignationChange | null> {
  if (conversation.designated !== by.extension)
    return fail({ code: 'not-designated', designated: designatedOf(conversation) })
  if (!isMember(to.extension, context)) {
    return fail({ code: 'not-a-member', extension: to.extension })
  }
  if (to.extension === by.extension) return succeed(null)
  return succeed({
    cause: 'transfer',
    actor: { kind: 'agent', ...by },
    to,
    input: null,
    note,
    alertPhone: reachedByPhoneOnly(to.extension, context),
  })
}

/** A supervisor's word: a member, or whomever the group's strategy finds among the others. */
export function decideReassign(
  { conversation, ...state }: RoutingState & { readonly conversation: ConversationState },
  actor: Actor,
  to: ActingAgent | 'strategy',
  context: RoutingContext,
  note: string | null,
): Result<DesignationChange | null> {
  if (to === 'strategy') {
    const input = designationInput(state, context, conversation.designated)
    const change = { cause: 'reassign', actor, to: winnerOf(input), input, note } as const
    // Its silence is no reason to take a customer from his agent.
    if (change.to === null && !input.pbxAnswers) return fail({ code: 'pbx-away' })
    if (change.to === null && conversation.designated === null) return succeed(null)
    return succeed(withAlert(change, context))
  }
  if (!isMember(to.extension, context)) return fail({ code: 'not-a-member', extension: to.extension })
  if (to.extension === conversation.designated) return succeed(null)
  return succeed(withAlert({ cause: 'reassign', actor, to, input: null, note }, context))
}

/**
 * The designated agent hands the customer to another group: to a member of it whom he chooses, or to whomever its
 * strategy finds; a conversation that is open there keeps the agent it has. `context` is the other group's.
 */
export function decideGroupTransfer(
  from: ConversationState,
  there: RoutingState,
  by: ActingAgent,
  chosen: ActingAgent | null,
  context: RoutingContext,
  note: string | null,
): Result<DesignationChange | null> {
  if (from.designated !== by.extension)
    return fail({ code: 'not-designated', designated: designatedOf(from) })
  if (from.status === 'closed') return fail({ code: 'conversation-closed' })
  if (context.group === null) return fail({ code: 'not-found', what: 'group' })
  if (groupKey(context.group.ref) === groupKey(from.group)) return fail({ code: 'same-group' })
  const actor = { kind: 'agent', ...by } as const
  const has = there.conversation?.designated ?? null
  if (chosen !== null) {
    if (!isMember(chosen.extension, context))
      return fail({ code: 'not-a-member', extension: chosen.extension })
    if (chosen.extension === has) return succeed(null)
    return succeed(withAlert({ cause: 'transfer', actor, to: chosen, input: null, note }, context))
  }
  if (has !== null && there.conversation?.status === 'open' && !hasLeft(has, context)) return succeed(null)
  const input = designationInput(there, context)
  return succeed(withAlert({ cause: 'continued', actor, to: winnerOf(input), input, note }, context))
}

/** An agent writes to a customer first: he is the designated agent, unless another has the conversation open. */
export function decideStart(
  conversation: ConversationState | null,
  by: ActingAgent,
): Result<DesignationChange | null> {
  const designated = conversation === null ? null : designatedOf(conversation)
  if (designated?.extension === by.extension) return succeed(null)
  if (designated !== null && conversation?.status === 'open')
    return fail({ code: 'already-designated', designated })
  return succeed({ cause: 'started', actor: { kind: 'agent', ...by }, to: by, input: null, note: null })
}

/** A member designates himself on a conversation that nobody has. */
export function decideTake(
  conversation: ConversationState,
  by: ActingAgent,
  context: Pick<RoutingContext, 'group'>,
): Result<DesignationChange | null> {
  const designated = designatedOf(conversation)
  if (designated?.extension === by.extension) return succeed(null)
  if (designated !== null) return fail({ code: 'already-designated', designated })
  if (!isMember(by.extension, context)) return fail({ code: 'not-a-member', extension: by.extension })
  return succeed({ cause: 'take', actor: { kind: 'agent', ...by }, to: by, input: null, note: null })
}

/**
 * A reply goes back the way the last message came, and takes a conversation that nobody has; not for a supervisor who
 * is no member himself, and only lends a hand.
 */
export function decideReply(
  conversation: ConversationState,
  by: ActingAgent,
  context: RoutingContext,
  answered: AnsweredMeanwhile | null = null,
): Result<{ readonly via: LastInbound; readonly designation: DesignationChange | null }> {
  const via = conversation.lastInbound
  if (via === null) return fail({ code: 'no-way-back' })
  if (!canBeAnswered(via.sender)) return fail({ code: 'cannot-be-answered', sender: via.sender.value })
  if (conversation.status === 'closed') return fail({ code: 'conversation-closed' })
  if (
    settingsOf(context).mayReply === 'designated-only' &&
    conversation.designated !== null &&
    conversation.designated !== by.extension
  )
    return fail({ code: 'not-designated', designated: designatedOf(conversation) })
  if (answered !== null)
    return fail({ code: 'answered-meanwhile', ...answered, agoMs: context.at - answered.at })
  if (conversation.designated !== null || !isMember(by.extension, context))
    return succeed({ via, designation: null })
  return succeed({
    via,
    designation: { cause: 'reply', actor: { kind: 'agent', ...by }, to: by, input: null, note: null },
  })
}

/** Closing and reopening is for the designated agent, and for any member while nobody is designated. */
export function decideStatus(
  conversation: ConversationState,
  by: ActingAgent | 'admin',
  status: 'open' | 'closed',
): Result<'open' | 'closed'> {
  const designated = designatedOf(conversation)
  if (by === 'admin' || designated === null || designated.extension === by.extension) return succeed(status)
  return fail({ code: 'not-designated', designated })
}

export function designatedOf(conversation: ConversationState): ActingAgent | null {
  if (conversation.designated === null) return null
  return { extension: conversation.designated, name: conversation.designatedName ?? conversation.designated }
}
