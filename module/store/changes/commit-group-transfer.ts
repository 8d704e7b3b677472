import type { IdSource } from '../../app/ports/ambient.ts'
import type { GroupTransferReceipt, GroupTransferRequest } from '../../app/ports/store-requests.ts'
import type { ConversationState, DesignationChange, RoutingState } from '../../domain/conversation.ts'
import { type Result, succeed } from '../../domain/failures.ts'
import type { Connection } from '../database/connection.ts'
import { type ConversationRow, conversationState } from '../readings/conversation-row.ts'
import type { findForChange } from './commit-designation.ts'
import type { Continuations } from './continuations.ts'
import type { Effects } from './effects.ts'
import type { StandingChanges, Tables } from './standing.ts'

type Decide = (from: ConversationState, there: RoutingState) => Result<DesignationChange | null>

/** Hands a customer to another group: closes the conversation here and goes on with it there, in one. */
export function createGroupTransferVerb(
  db: Connection,
  { conversations, groups, messages, outbox }: Tables,
  standing: StandingChanges,
  continuations: Continuations,
  find: ReturnType<typeof findForChange>,
  newId: IdSource,
) {
  // The way back to the customer goes along, and since when he waits.
  const carryOver = db.prepare<[{ from: number; to: number }]>(
    `UPDATE conversations AS b
        SET waiting_seq = coalesce(b.waiting_seq, a.waiting_seq),
            waiting_since = CASE WHEN b.waiting_seq IS NULL THEN a.waiting_since ELSE b.waiting_since END,
            in_carrier_id = CASE WHEN older.yes THEN a.in_carrier_id ELSE b.in_carrier_id END,
            in_channel = CASE WHEN older.yes THEN a.in_channel ELSE b.in_channel END,
            in_did = CASE WHEN older.yes THEN a.in_did ELSE b.in_did END,
            in_sender = CASE WHEN older.yes THEN a.in_sender ELSE b.in_sender END,
            in_at = CASE WHEN older.yes THEN a.in_at ELSE b.in_at END,
            channels = b.channels | a.channels
       FROM conversations a,
            (SELECT coalesce(x.in_at, 0) < coalesce(y.in_at, 0) AS yes
               FROM conversations x, conversations y WHERE x.pk = $to AND y.pk = $from) older
      WHERE b.pk = +$to AND a.pk = +$from`,
  )

  function opened(from: ConversationRow, request: GroupTransferRequest): ConversationRow {
    const groupPk = groups.findOrInsert(request.toGroup)
    return (
      conversations.ofCustomer(from.customer_pk, groupPk) ??
      conversations.insert(newId(), from.customer_pk, groupPk, request.at)
    )
  }

  function alert(
    effects: Effects,
    from: ConversationRow,
    to: ConversationRow,
    change: DesignationChange,
    at: number,
  ) {
    const messageSeq = messages.lastInbound(to.pk) ?? messages.lastInbound(from.pk)
    if (change.alertPhone !== true || change.to === null || messageSeq === null) return
    outbox.addPhoneAlert(to, messageSeq, change.to.extension, at)
    effects.outboxDue = true
  }

  return (effects: Effects, request: GroupTransferRequest, decide: Decide): Result<GroupTransferReceipt> => {
    const found = find(request)
    if (!found.ok) return found
    const { at, actor, note, toGroup } = request
    const from = found.value
    const groupPk = groups.find(toGroup)
    const known = groupPk === null ? null : conversations.ofCustomer(from.customer_pk, groupPk)
    const decided = decide(
      conversationState(from),
      groups.state(groupPk, known === null ? null : conversationState(known)),
    )
    if (!decided.ok) return decided

    const there = opened(from, request)
    carryOver.run({ from: from.pk, to: there.pk })
    // Opened before the other closes: a diversion that leads back here ends first.
    const why = { reason: 'continued-from', note, otherPk: from.pk } as const
    let to = standing.setStatus(effects, reread(there), 'open', actor, at, why)
    const change = decided.value
    if (change !== null) {
      to = standing.designate(effects, to, { ...change, alertPhone: false }, at).conversation
      alert(effects, from, to, change, at)
    }
    standing.setStatus(effects, reread(from), 'closed', actor, at, {
      reason: 'continued-in',
      note,
      otherPk: to.pk,
    })
    continuations.divert(from, to)
    return succeed({ conversationId: conversationState(to).id, designated: change?.to ?? null })
  }

  function reread({ pk }: ConversationRow): ConversationRow {
    const row = conversations.byPk(pk)
    if (row === null) throw new Error('a conversation vanished while it was transferred')
    return row
  }
}
