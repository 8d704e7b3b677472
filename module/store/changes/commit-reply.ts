import { createHash } from 'node:crypto'
import type { IdSource } from '../../app/ports/ambient.ts'
import type { Store } from '../../app/ports/store.ts'
import type {
  ReplyReceipt,
  ReplyRequest,
  StartReceipt,
  StartRequest,
} from '../../app/ports/store-requests.ts'
import type {
  AnsweredMeanwhile,
  ConversationState,
  DesignationChange,
  LastInbound,
} from '../../domain/conversation.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import {
  asMessageId,
  type Extension,
  groupKey,
  groupOfKey,
  type MessageId,
  type Millis,
  type PbxId,
  type Seq,
} from '../../domain/ids.ts'
import { addressKey } from '../../domain/message/address.ts'
import type { MediaRef, TemplateUse } from '../../domain/message/message-content.ts'
import type { SendPass } from '../../domain/message/send-gate.ts'
import type { Connection } from '../database/connection.ts'
import { type ConversationRow, conversationState } from '../readings/conversation-row.ts'
import type { CustomerTable } from '../tables/customer-table.ts'
import type { MediaRow, MediaTable } from '../tables/media-table.ts'
import type { NoteTable } from '../tables/note-table.ts'
import type { PersonalVerbs } from './commit-personal.ts'
import type { Effects } from './effects.ts'
import type { Outbound } from './outbound.ts'
import type { StandingChanges, Tables } from './standing.ts'

type DecideReply = Parameters<Store['commitReply']>[1]
type DecideStart = (state: ConversationState | null) => Result<DesignationChange | null>

interface Text {
  readonly author: { readonly extension: Extension; readonly name: string }
  readonly text: string
  readonly at: Millis
  readonly via: Pick<LastInbound, 'carrierId' | 'channel' | 'sender'>
  readonly uploads?: readonly MediaRow[]
  readonly template?: TemplateUse | null
  readonly againSeq?: Seq | null
}

/** What agents write: stored and put in the outbox in one, once for each of the client's keys. */
export function createReplyVerbs(
  db: Connection,
  tables: Tables & {
    readonly customers: CustomerTable
    readonly outbound: Outbound
    readonly personalVerbs: PersonalVerbs
    readonly notes: NoteTable
    readonly media: MediaTable
  },
  standing: StandingChanges,
  newId: IdSource,
) {
  const { conversations, customers, groups, media, messages, notes, outbound, personal, personalVerbs } =
    tables
  const findKey = db.prepare<[string, string, string], { content_hash: Uint8Array; message_id: string }>(
    `SELECT content_hash, message_id FROM idempotency_keys
      WHERE pbx_id = +? AND extension = +? AND key = +?`,
  )
  const insertKey = db.prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?)')

  /** Does something once for a key; the second time gives what the first made. */
  function once(
    pbxId: PbxId,
    request: Pick<ReplyRequest, 'author' | 'idempotencyKey'>,
    content: readonly string[],
    write: () => Result<MessageId>,
  ): Result<ReplyReceipt> {
    const key = [pbxId, request.author.extension, request.idempotencyKey] as const
    const hash = createHash('sha256').update(content.join('\n')).digest()
    const earlier = findKey.get(...key)
    if (earlier !== undefined) {
      if (!hash.equals(earlier.content_hash)) return fail({ code: 'idempotency-key-reused' })
      return succeed({ messageId: asMessageId(earlier.message_id), repeated: true })
    }
    const written = write()
    if (!written.ok) return written
    insertKey.run(...key, hash, written.value)
    return succeed({ messageId: written.value, repeated: false })
  }

  function commitReply(effects: Effects, request: ReplyRequest, decide: DecideReply): Result<ReplyReceipt> {
    const before = conversations.byId(request.conversationId)
    if (before === null) return fail({ code: 'not-found', what: 'conversation' })
    const state = conversationState(before)
    const content = [
      request.conversationId,
      request.text,
      ...(request.media ?? []),
      ...(request.template == null ? [] : [JSON.stringify(request.template)]),
      ...(request.againOf == null ? [] : [request.againOf]),
    ]
    return once(state.group.pbxId, request, content, () => {
      const answered = answeredMeanwhile(before, request)
      if (!answered.ok) return answered
      const decided = decide(state, answered.value)
      if (!decided.ok) return decided
      const { via, designation } = decided.value
      const uploads = uploadsOf(request, state.group.pbxId)
      if (!uploads.ok) return uploads
      const again = againOf(before, request)
      if (!again.ok) return again
      const pass = outbound.pass(before.customer_pk, via.did)
      if (!pass.ok) return pass
      const conversation =
        designation === null
          ? before
          : standing.designate(effects, before, designation, request.at).conversation
      const written = { ...request, via, uploads: uploads.value, againSeq: again.value }
      return succeed(write(effects, conversation, pass.value, written))
    })
  }

  /** His own files, and those of a message that is sent again: an id is no secret. */
  function uploadsOf(
    { author, media: ids = [], againOf = null }: ReplyRequest,
    pbxId: PbxId,
  ): Result<readonly MediaRow[]> {
    const found = ids.flatMap((id) => media.row(id) ?? [])
    const his = found.filter(
      (row) =>
        (againOf !== null && row.message_id === againOf) ||
        (row.uploader === author.extension && row.uploader_pbx_id === pbxId),
    )
    return his.length === ids.length ? succeed(his) : fail({ code: 'media', why: { kind: 'unknown-upload' } })
  }

  /** Once only, whoever asks for it: two people who both send again would send twice. */
  function againOf({ id }: ConversationRow, { againOf: first = null }: ReplyRequest): Result<Seq | null> {
    if (first === null) return succeed(null)
    const message = messages.byId(first)
    if (message?.conversationId !== id) return fail({ code: 'not-found', what: 'message' })
    if (message.state !== 'failed' && message.state !== 'unknown')
      return fail({ code: 'not-sendable-again', why: 'state' })
    if (messages.isSentAgain(message.seq)) return fail({ code: 'sent-again-already' })
    return succeed(message.seq)
  }

  function answeredMeanwhile(
    { pk, id }: ConversationRow,
    { author, seen = null }: ReplyRequest,
  ): Result<AnsweredMeanwhile | null> {
    if (seen === null) return succeed(null)
    const read = messages.byId(seen) ?? notes.byId(seen)
    if (read?.conversationId !== id) return fail({ code: 'not-found', what: 'message' })
    return succeed(messages.answeredSince(pk, read.seq, author.extension))
  }

  function commitStart(effects: Effects, request: StartRequest, decide: DecideStart): Result<StartReceipt> {
    const { at, author, customer, group, template = null, text, via } = request
    const content = [
      addressKey(customer),
      groupKey(group),
      addressKey(via.did),
      text,
      ...(template === null ? [] : [JSON.stringify(template)]),
    ]
    const done = once(group.pbxId, request, content, () => {
      const customerPk = customers.find(addressKey(customer))
      const groupPk = groups.find(group)
      const known =
        groupPk === null || customerPk === null ? null : conversations.ofCustomer(customerPk, groupPk)
      const decided = decide(known === null ? null : conversationState(known))
      if (!decided.ok) return decided
      // Nobody has opted out whom nobody knows.
      const pass = outbound.pass(customerPk ?? noCustomer, via.did)
      if (!pass.ok) return pass
      const conversation = opened(effects, request, known, customerPk)
      const mine =
        decided.value === null
          ? conversation
          : standing.designate(effects, conversation, decided.value, at).conversation
      return succeed(
        write(effects, mine, pass.value, { author, text, template, at, via: { ...via, sender: customer } }),
      )
    })
    if (!done.ok) return done
    const conversationId = messages.byId(done.value.messageId)?.conversationId
    if (conversationId === undefined) throw new Error('a message vanished as it was written')
    return succeed({ ...done.value, conversationId })
  }

  function opened(
    effects: Effects,
    { author, customer, group, at, via }: StartRequest,
    known: ConversationRow | null,
    customerPk: number | null,
  ): ConversationRow {
    if (known?.status === 'open') return known
    if (known !== null) return standing.setStatus(effects, known, 'open', { kind: 'agent', ...author }, at)
    const pk = customerPk ?? customers.insert(addressKey(customer), null, at)
    const conversation = conversations.insert(newId(), pk, groups.findOrInsert(group), at)
    // So that a second message goes the same way before the customer has answered.
    conversations.setWay(conversation.pk, { ...via, sender: customer }, at)
    return conversation
  }

  function write(
    effects: Effects,
    conversation: ConversationRow,
    pass: SendPass,
    { at, author, text, via, uploads = [], template = null, againSeq = null }: Text,
  ): MessageId {
    const id = asMessageId(newId())
    const seq = outbound.queue(effects, conversation, pass, {
      id,
      channel: via.channel,
      carrierId: via.carrierId,
      to: via.sender,
      text,
      media: uploads.map(mediaRef),
      template,
      againOf: againSeq,
      author: { kind: 'agent', ...author },
      at,
    })
    for (const [ordinal, upload] of uploads.entries()) media.attach(upload, id, ordinal, at)
    conversations.settle(conversation.pk, seq)
    // Who answers has read what he answers.
    const reader = { pbxId: groupOfKey(conversation.group_key).pbxId, extension: author.extension }
    personalVerbs.reading(effects, conversation, reader, at, () => {
      personal.markRead(reader, conversation.pk, seq)
    })
    return id
  }

  return { commitReply, commitStart }
}

/** No key that the database gives. */
const noCustomer = -1

const mediaRef = (upload: MediaRow): MediaRef => ({
  url: upload.id,
  contentType: upload.content_type,
  fileName: upload.file_name,
  byteLength: upload.byte_length,
})
