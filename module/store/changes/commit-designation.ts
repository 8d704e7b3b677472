import type {
  DesignationReceipt,
  DesignationRequest,
  ReminderRequest,
} from '../../app/ports/store-requests.ts'
import type { ConversationState, DesignationChange, RoutingState } from '../../domain/conversation.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import type { Millis } from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { type ConversationRow, conversationState } from '../readings/conversation-row.ts'
import { parseJson } from '../readings/stored-json.ts'
import type { Effects } from './effects.ts'
import type { StandingChanges, Tables } from './standing.ts'

type DecideDesignation = (
  state: RoutingState & { readonly conversation: ConversationState },
) => Result<DesignationChange | null>

type DecideStatus = (state: ConversationState) => Result<'open' | 'closed'>

/** What people and the waiting list change of a conversation: compare and set, by its version. */
export function createStandingVerbs(
  { conversations, groups, messages, outbox, events }: Tables,
  standing: StandingChanges,
  find: ReturnType<typeof findForChange>,
) {
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
      request: DesignationRequest & { readonly actor: Actor; readonly reason?: 'idle' },
      decide: DecideStatus,
    ): Result<DesignationReceipt> {
      const found = find(request)
      if (!found.ok) return found
      const before = found.value
      const decided = decide(conversationState(before))
      if (!decided.ok) return decided
      if (decided.value === before.status) return succeed({ decisionId: null, version: before.version })
      const why = request.reason === undefined ? undefined : { reason: request.reason }
      const { version } = standing.setStatus(effects, before, decided.value, request.actor, request.at, why)
      return succeed({ decisionId: null, version })
    },

    commitReminder(
      effects: Effects,
      { conversationId, at }: ReminderRequest,
      decide: (state: ConversationState) => { readonly alertPhone: boolean } | null,
    ): boolean {
      const conversation = conversations.byId(conversationId)
      if (conversation === null || conversation.designated === null) return false
      const reminder = decide(conversationState(conversation))
      if (reminder === null) return false
      const { designated } = conversation
      conversations.setReminded(conversation.pk, at)
      events.append(effects, conversation, at, { kind: 'mention-repeated', extension: designated })
      const messageSeq = messages.lastInbound(conversation.pk)
      if (reminder.alertPhone && messageSeq !== null) {
        outbox.addPhoneAlert(conversation, messageSeq, designated, at)
        effects.outboxDue = true
      }
      return true
    },
  }
}

/** The conversation as it is, or why a request no longer fits it: then the loser is told who was quicker. */
export function findForChange(db: Connection, { conversations }: Pick<Tables, 'conversations'>) {
  const lastChange = db.prepare<[{ pk: number }], { actor: string; at: Millis }>(
    `SELECT actor, at FROM (
       SELECT actor, at, after_seq + 1 AS place FROM decisions WHERE conversation_pk = $pk
       UNION ALL SELECT actor, at, seq FROM status_changes WHERE conversation_pk = $pk
     ) ORDER BY place DESC LIMIT 1`,
  )

  return ({ conversationId, expectedVersion, at }: DesignationRequest): Result<ConversationRow> => {
    const conversation = conversations.byId(conversationId)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    const { pk, version, designated, designated_name } = conversation
    if (expectedVersion === null || expectedVersion === version) return succeed(conversation)
    const change = lastChange.get({ pk })
    return fail({
      code: 'stale-version',
      current: version,
      designated: designated_name ?? designated,
      ...(change === undefined
        ? {}
        : { changed: { by: parseJson<Actor>(change.actor).name, at: change.at, agoMs: at - change.at } }),
    })
  }
}
