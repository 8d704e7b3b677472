import type { DesignationReceipt, DesignationRequest } from '../app/ports.ts'
import type { ConversationState, DesignationChange, RoutingState } from '../domain/conversation.ts'
import { type Failure, fail, type Result, succeed } from '../domain/failures.ts'
import type { Actor } from '../domain/message.ts'
import { type ConversationRow, conversationState } from './conversation-row.ts'
import type { Effects } from './effects.ts'
import type { StandingChanges, Tables } from './standing.ts'

type DecideDesignation = (
  state: RoutingState & { readonly conversation: ConversationState },
) => Result<DesignationChange | null>

type DecideStatus = (state: ConversationState) => Result<'open' | 'closed'>

/** What people and the waiting list change of a conversation: compare and set, by its version. */
export function createStandingVerbs({ conversations, groups }: Tables, standing: StandingChanges) {
  /** The conversation as it is, or why this request no longer fits it. */
  function find({ conversationId, expectedVersion }: DesignationRequest): Result<ConversationRow> {
    const conversation = conversations.byId(conversationId)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    if (expectedVersion !== null && expectedVersion !== conversation.version)
      return fail(staleVersion(conversation))
    return succeed(conversation)
  }

  return {
    commitDesignation(
      effects: Effects,
      request: DesignationRequest,
      decide: DecideDesignation,
    ): Result<DesignationReceipt> {
      const found = find(request)
      if (!found.ok) return found
      const before = found.value
      const decided = decide(groups.state(before.group_pk, conversationState(before)))
      if (!decided.ok) return decided
      if (decided.value === null) return succeed({ decisionId: null, version: before.version })
      const { conversation, decisionId } = standing.designate(effects, before, decided.value, request.at)
      return succeed({ decisionId, version: conversation.version })
    },

    commitStatus(
      effects: Effects,
      request: DesignationRequest & { readonly actor: Actor },
      decide: DecideStatus,
    ): Result<DesignationReceipt> {
      const found = find(request)
      if (!found.ok) return found
      const before = found.value
      const decided = decide(conversationState(before))
      if (!decided.ok) return decided
      if (decided.value === before.status) return succeed({ decisionId: null, version: before.version })
      const { version } = standing.setStatus(effects, before, decided.value, request.actor, request.at)
      return succeed({ decisionId: null, version })
    },
  }
}

const staleVersion = ({ version, designated, designated_name }: ConversationRow): Failure => ({
  code: 'stale-version',
  current: version,
  designated: designated_name ?? designated,
})
