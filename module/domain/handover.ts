import { canBeAnswered } from './address.ts'
import type { ConversationState, DesignationChange, LastInbound } from './conversation.ts'
import { fail, type Result, succeed } from './failures.ts'
import type { Extension } from './ids.ts'
import { type RoutingContext, reachedByPhoneOnly } from './routing.ts'

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
  if (!(context.group?.members.some((member) => member.extension === to.extension) ?? false)) {
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

/** An agent designates himself on a conversation that nobody has. */
export function decideTake(
  conversation: ConversationState,
  by: ActingAgent,
): Result<DesignationChange | null> {
  const designated = designatedOf(conversation)
  if (designated?.extension === by.extension) return succeed(null)
  if (designated !== null) return fail({ code: 'already-designated', designated })
  return succeed({ cause: 'take', actor: { kind: 'agent', ...by }, to: by, input: null, note: null })
}

/** A reply goes back the way the last message came, and takes a conversation that nobody has. */
export function decideReply(
  conversation: ConversationState,
  by: ActingAgent,
): Result<{ readonly via: LastInbound; readonly designation: DesignationChange | null }> {
  const via = conversation.lastInbound
  if (via === null) return fail({ code: 'no-way-back' })
  if (!canBeAnswered(via.sender)) return fail({ code: 'cannot-be-answered', sender: via.sender.value })
  if (conversation.status === 'closed') return fail({ code: 'conversation-closed' })
  if (conversation.designated !== null) return succeed({ via, designation: null })
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
