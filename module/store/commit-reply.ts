import { createHash } from 'node:crypto'
import type { IdSource, ReplyDecision, ReplyReceipt, ReplyRequest } from '../app/ports.ts'
import type { ConversationState } from '../domain/conversation.ts'
import { fail, type Result, succeed } from '../domain/failures.ts'
import { asMessageId, groupOfKey, type MessageId } from '../domain/ids.ts'
import type { SendPass } from '../domain/send-gate.ts'
import type { PersonalVerbs } from './commit-personal.ts'
import type { Connection } from './connection.ts'
import { type ConversationRow, conversationState } from './conversation-row.ts'
import type { Effects } from './effects.ts'
import type { Outbound } from './outbound.ts'
import type { StandingChanges, Tables } from './standing.ts'

type Decide = (state: ConversationState) => Result<ReplyDecision>

/** An agent's reply: stored and put in the outbox in one, once for each of the client's keys. */
export function createReplyVerb(
  db: Connection,
  tables: Tables & { readonly outbound: Outbound; readonly personalVerbs: PersonalVerbs },
  standing: StandingChanges,
  newId: IdSource,
) {
  const { conversations, outbound, personal, personalVerbs } = tables
  const findKey = db.prepare<[string, string, string], { content_hash: Uint8Array; message_id: string }>(
    `SELECT content_hash, message_id FROM idempotency_keys
      WHERE pbx_id = +? AND extension = +? AND key = +?`,
  )
  const insertKey = db.prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?)')

  function commitReply(effects: Effects, request: ReplyRequest, decide: Decide): Result<ReplyReceipt> {
    const conversation = conversations.byId(request.conversationId)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    const state = conversationState(conversation)
    const author = [state.group.pbxId, request.author.extension] as const
    const hash = contentHash(request)
    const earlier = findKey.get(...author, request.idempotencyKey)
    if (earlier !== undefined) {
      if (!hash.equals(earlier.content_hash)) return fail({ code: 'idempotency-key-reused' })
      return succeed({ messageId: asMessageId(earlier.message_id), repeated: true })
    }
    const decided = decide(state)
    if (!decided.ok) return decided
    const pass = outbound.pass(conversation.customer_pk, decided.value.via.did)
    if (!pass.ok) return pass
    const messageId = write(effects, request, conversation, decided.value, pass.value)
    insertKey.run(...author, request.idempotencyKey, hash, messageId)
    return succeed({ messageId, repeated: false })
  }

  function write(
    effects: Effects,
    request: ReplyRequest,
    before: ConversationRow,
    decision: ReplyDecision,
    pass: SendPass,
  ): MessageId {
    const { at, text } = request
    const { via, designation } = decision
    const conversation =
      designation === null ? before : standing.designate(effects, before, designation, at).conversation
    const id = asMessageId(newId())
    const seq = outbound.queue(effects, conversation, pass, {
      id,
      channel: via.channel,
      carrierId: via.carrierId,
      to: via.sender,
      text,
      author: { kind: 'agent', ...request.author },
      at,
    })
    conversations.settle(conversation.pk, seq)
    // Who answers has read what he answers.
    const reader = { pbxId: groupOfKey(conversation.group_key).pbxId, extension: request.author.extension }
    personalVerbs.reading(effects, conversation, reader, at, () => {
      personal.markRead(reader, conversation.pk, seq)
    })
    return id
  }

  return commitReply
}

const contentHash = ({ conversationId, text }: ReplyRequest): Buffer =>
  createHash('sha256').update(`${conversationId}\n${text}`).digest()
