import type { IdSource } from '../../app/ports/ambient.ts'
import type { ConversationStatus, DesignationChange } from '../../domain/conversation.ts'
import { asDecisionId, type DecisionId, groupOfKey, type Millis } from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import type { ConversationRow } from '../readings/conversation-row.ts'
import type { ConversationTable, Standing } from '../tables/conversation-table.ts'
import type { DecisionTable } from '../tables/decision-table.ts'
import type { EventLog } from '../tables/event-log.ts'
import type { GroupTable } from '../tables/group-table.ts'
import type { MessageTable } from '../tables/message-table.ts'
import type { OutboxTable } from '../tables/outbox-table.ts'
import type { PersonalTable } from '../tables/personal-table.ts'
import type { Continuations } from './continuations.ts'
import type { Effects } from './effects.ts'

export interface Tables {
  readonly conversations: ConversationTable
  readonly groups: GroupTable
  readonly messages: MessageTable
  readonly decisions: DecisionTable
  readonly outbox: OutboxTable
  readonly events: EventLog
  readonly personal: PersonalTable
  readonly continuations: Continuations
}

/** The only way to change who is designated or whether a conversation is open. Gives the conversation after it. */
export interface StandingChanges {
  designate(
    effects: Effects,
    conversation: ConversationRow,
    change: DesignationChange,
    at: Millis,
  ): { readonly conversation: ConversationRow; readonly decisionId: DecisionId }
  setStatus(
    effects: Effects,
    conversation: ConversationRow,
    status: ConversationStatus,
    actor: Actor,
    at: Millis,
    why?: StatusReason,
  ): ConversationRow
}

/** Why a conversation opened or closed without anybody's saying so. */
export interface StatusReason {
  readonly reason: 'idle' | 'continued-in' | 'continued-from'
  readonly note?: string | null
  /** Where it goes on, or where it came from. */
  readonly otherPk?: number
}

export function createStandingChanges(db: Connection, tables: Tables, newId: IdSource): StandingChanges {
  const { conversations, groups, messages, decisions, outbox, events, personal, continuations } = tables
  const insertStatusChange = db.prepare(
    `INSERT INTO status_changes (seq, conversation_pk, at, status, actor, reason, note, other_pk)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  /** Stores a new standing and keeps the counts of open conversations true to it. */
  function move(from: ConversationRow, to: Standing): ConversationRow {
    conversations.setStanding(from.pk, to)
    if (from.status === 'open' && from.designated !== null) groups.removeOpen(from.group_pk, from.designated)
    if (to.status === 'open' && to.designated !== null) groups.addOpen(from.group_pk, to.designated)
    return {
      ...from,
      status: to.status,
      designated: to.designated,
      designated_name: to.designatedName,
      designated_cause: to.designatedCause,
      designated_at: to.designatedAt,
      version: from.version + 1,
    }
  }

  function alertAgent(
    effects: Effects,
    conversation: ConversationRow,
    change: DesignationChange,
    at: Millis,
  ): void {
    if (change.alertPhone !== true || change.to === null) return
    const messageSeq = messages.lastInbound(conversation.pk)
    if (messageSeq === null) return
    outbox.addPhoneAlert(conversation, messageSeq, change.to.extension, at)
    effects.outboxDue = true
  }

  return {
    designate(effects, before, change, at) {
      const decisionId = asDecisionId(newId())
      const { to } = change
      decisions.insert(decisionId, before, change, at, events.last())
      // Nobody was found for a conversation that had nobody: worth a record, but nothing changed.
      if (to === null && before.designated === null) return { conversation: before, decisionId }
      const conversation = move(before, {
        status: before.status,
        designated: to?.extension ?? null,
        designatedName: to?.name ?? null,
        designatedCause: to === null ? null : change.cause,
        designatedAt: to === null ? null : at,
      })
      if (to !== null) {
        groups.setLastDesignated(conversation.group_pk, to.extension, at)
        // A round robin goes on from its own choice, not from where a person sent something.
        if (change.input !== null) groups.setCursor(conversation.group_pk, to.extension)
        messages.mentionUnanswered(conversation.pk, conversation.settled_seq, to.extension, to.name)
        const { pbxId } = groupOfKey(conversation.group_key)
        personal.recountMentions({ pbxId, extension: to.extension }, conversation.pk)
        alertAgent(effects, conversation, change, at)
      }
      const seq = events.append(effects, conversation, at, {
        kind: 'designation-changed',
        decisionId,
        designated: conversation.designated,
        version: conversation.version,
      })
      conversations.setActivity(conversation.pk, seq, at)
      return { conversation, decisionId }
    },

    setStatus(effects, before, status, actor, at, why) {
      const conversation = move(before, {
        status,
        designated: before.designated,
        designatedName: before.designated_name,
        designatedCause: before.designated_cause,
        designatedAt: before.designated_at,
      })
      const { version } = conversation
      const seq = events.append(effects, conversation, at, { kind: 'status-changed', status, version })
      insertStatusChange.run(
        seq,
        conversation.pk,
        at,
        status,
        JSON.stringify(actor),
        why?.reason ?? null,
        why?.note ?? null,
        why?.otherPk ?? null,
      )
      conversations.setActivity(conversation.pk, seq, at)
      // Whoever closes a conversation has dealt with what was said in it.
      if (status === 'open') {
        if (before.continued_in !== null) continuations.end(conversation.pk)
        return { ...conversation, continued_in: null, continued_in_id: null }
      }
      if (why?.reason !== 'continued-in') continuations.endAllTo(conversation.pk)
      conversations.settle(conversation.pk, seq)
      personal.closed(conversation.pk, seq)
      return { ...conversation, settled_seq: seq, waiting_seq: null, waiting_since: null }
    },
  }
}
