import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ConversationActions } from '../../app/conversations/act-on-conversation.ts'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { PersonalActions } from '../../app/conversations/personal-actions.ts'
import { groupsAsked, type Viewer, visibleGroups } from '../../app/people/access.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import type {
  ConversationQuery,
  ConversationSummary,
  Page,
  StoredMessage,
  StoredNote,
} from '../../app/ports/stored.ts'
import type { CarrierAccounts } from '../../app/sending/carrier-accounts.ts'
import {
  ConversationCountsSchema,
  ConversationListSchema,
  ConversationQuerySchema,
  ConversationSchema,
  CountsQuerySchema,
  TemplateListSchema,
  WayListSchema,
  WayQuerySchema,
} from '../../contract/api/conversations.ts'
import { DecisionListSchema, DecisionSchema } from '../../contract/api/decisions.ts'
import { TakeBodySchema, TransferBodySchema } from '../../contract/api/handover.ts'
import {
  MessageListSchema,
  MessageSchema,
  type MessageWire,
  ReplyBodySchema,
} from '../../contract/api/messages.ts'
import { fail, type Result } from '../../domain/failures.ts'
import {
  asCarrierId,
  asConversationId,
  asDecisionId,
  asGroupNumber,
  asMediaId,
  asMessageId,
  type ConversationId,
  groupOfKey,
  type Seq,
} from '../../domain/ids.ts'
import { type Address, isShortCode } from '../../domain/message/address.ts'
import type { Channel } from '../../domain/message/message.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'
import {
  conversationWire,
  decisionWire,
  groupWire,
  messageWire,
  threadWire,
  windowWire,
} from '../wire/wire.ts'

export interface ConversationRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly actions: ConversationActions
  readonly carriers: CarrierAccounts
  readonly clock: Clock
  readonly personal: PersonalActions
}

const pageSize = 50
const largestPage = 200
/** Nobody reads a larger number from a tab. */
const mostCounted = 1000
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const Version = Type.Object({ version: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })) })
const IdempotencyKey = Type.Object({ 'idempotency-key': Type.String({ minLength: 8, maxLength: 128 }) })
const Before = Type.Object({
  before: Type.Optional(Type.String({ maxLength: 200 })),
  after: Type.Optional(Type.String({ maxLength: 200, description: 'Newer ones, from `newer` on' })),
  around: Type.Optional(
    Type.String({ maxLength: 64, description: 'This message or note, and what is near it' }),
  ),
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$' })),
})

export const conversationRoutes: FastifyPluginAsyncTypebox<ConversationRoutesDeps> = async (app, deps) => {
  const { store, pbx, actions, carriers, clock, personal } = deps
  declareAccess(app, 'conversations')
  const now = () => writeCursor(store.epoch, store.lastSeq())
  const nothing = { code: 'not-found', what: 'conversation' } as const

  const wireOf = (viewer: Viewer, conversation: ConversationSummary) => {
    const own = personal.of(viewer, [conversation.id])
    return {
      ...conversationWire(conversation, pbx.snapshot().directory, own(conversation.id)),
      window: windowWire(actions.windowOf(conversation), clock()),
    }
  }

  /** A DID as this API writes it. */
  const didOf = (value: string): Address =>
    value.startsWith('+')
      ? { kind: 'number', value }
      : isShortCode(value)
        ? { kind: 'short-code', value }
        : { kind: 'name', value }
  const wayOf = ({ carrierId, channel, did }: { carrierId: string; channel: Channel; did: string }) => ({
    carrierId: asCarrierId(carrierId),
    channel,
    did: didOf(did),
  })

  /** Answers with the conversation as it is after an action. */
  function afterwards(viewer: Viewer, id: ConversationId, result: Result<unknown>) {
    if (!result.ok) return result
    const conversation = actions.find(viewer, id)
    return conversation === null
      ? fail(nothing)
      : ({ ok: true, value: wireOf(viewer, conversation) } as const)
  }

  app.get(
    '/conversations',
    {
      schema: {
        summary: 'The conversations I may see, most recent first',
        querystring: ConversationQuerySchema,
        response: { 200: ConversationListSchema },
      },
    },
    async (request) => {
      const viewer = viewerOf(request)
      const { directory } = pbx.snapshot()
      const cursor = now()
      const filter = request.query.filter ?? 'all'
      const groups = groupsAsked(
        visibleGroups(viewer, directory, store),
        directory.pbxId,
        request.query.group,
      )
      const page = store.conversations({
        // Whoever has no extension has no conversation of his own.
        groups: filter === 'mine' && viewer.extension === null ? [] : groups,
        ...filterOf(filter, viewer),
        channel: request.query.channel ?? null,
        reader: personal.readerOf(viewer),
        before:
          request.query.below === undefined
            ? readPageCursor(store.epoch, request.query.after)
            : Number(request.query.below),
        limit: limitOf(request.query.limit),
      })
      const own = personal.of(
        viewer,
        page.items.map(({ id }) => id),
      )
      return {
        items: page.items.map((conversation) => ({
          ...conversationWire(conversation, directory, own(conversation.id)),
          window: windowWire(actions.windowOf(conversation), clock()),
        })),
        totals: personal.totals(viewer),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
        cursor,
      }
    },
  )

  app.get(
    '/conversations/counts',
    {
      schema: {
        summary: 'How many open ones there are under each tab',
        querystring: CountsQuerySchema,
        response: { 200: ConversationCountsSchema },
      },
    },
    async (request) => {
      const viewer = viewerOf(request)
      const { directory } = pbx.snapshot()
      return store.counts({
        groups: groupsAsked(visibleGroups(viewer, directory, store), directory.pbxId, request.query.group),
        channel: request.query.channel ?? null,
        extension: viewer.extension,
        most: mostCounted,
      })
    },
  )

  app.get(
    '/conversations/:id',
    { schema: { summary: 'One conversation', params: Params, response: { 200: ConversationSchema } } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const conversation = actions.findReadable(viewer, asConversationId(request.params.id))
      if (conversation === null) return sendFailure(reply, nothing)
      const continues = store.continuedFrom(conversation.id).map((before) => ({
        id: before.id,
        group: groupWire(pbx.snapshot().directory, groupOfKey(before.groupKey)),
      }))
      return { ...wireOf(viewer, conversation), continues }
    },
  )

  app.get(
    '/conversations/:id/messages',
    {
      schema: {
        summary: 'Its messages and notes, newest first',
        params: Params,
        querystring: Before,
        response: { 200: MessageListSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      if (actions.findReadable(viewerOf(request), id) === null) return sendFailure(reply, nothing)
      const cursor = now()
      const limit = limitOf(request.query.limit)
      const { around, after } = request.query
      if (around !== undefined || after !== undefined) {
        const page = newerPage(store, id, { around, after, limit })
        if (page === null) return sendFailure(reply, { code: 'not-found', what: 'message' })
        return { ...page, cursor }
      }
      const page = store.thread(id, readPageCursor(store.epoch, request.query.before), limit)
      return {
        items: page.items.map(threadWire),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
        cursor,
      }
    },
  )

  app.post(
    '/conversations/:id/messages',
    {
      schema: {
        summary: 'Answer the customer',
        params: Params,
        headers: IdempotencyKey,
        body: ReplyBodySchema,
        response: { 201: MessageSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const { text, seen, confirm = false, media = [], template, via } = request.body
      const result = await actions.reply(
        viewerOf(request),
        id,
        text,
        request.headers['idempotency-key'],
        seen === undefined || confirm ? null : asMessageId(seen),
        media.map(asMediaId),
        {
          ...(via === undefined ? {} : { via: wayOf(via) }),
          ...(template === undefined ? {} : { template: { variables: {}, ...template } }),
        },
      )
      if (!result.ok) return sendFailure(reply, result.failure)
      const message = store.message(result.value.messageId)
      if (message === null) return sendFailure(reply, nothing)
      return reply.code(201).send(messageWire(message))
    },
  )

  app.post(
    '/messages/:id/send-again',
    {
      schema: {
        summary: 'Send a message again that failed, or whose end is unknown',
        params: Params,
        headers: IdempotencyKey,
        response: { 201: MessageSchema },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key']
      const result = await actions.sendAgain(viewerOf(request), asMessageId(request.params.id), key)
      if (!result.ok) return sendFailure(reply, result.failure)
      const message = store.message(result.value.messageId)
      if (message === null) return sendFailure(reply, nothing)
      return reply.code(201).send(messageWire(message))
    },
  )

  app.get(
    '/conversations/:id/ways',
    {
      schema: {
        summary: 'By which numbers and channels a reply may leave',
        params: Params,
        response: { 200: WayListSchema },
      },
    },
    async (request, reply) => {
      const result = actions.waysOf(viewerOf(request), asConversationId(request.params.id))
      if (!result.ok) return sendFailure(reply, result.failure)
      const names = new Map(carriers.accounts().map(({ id, name }) => [id, name]))
      return {
        items: result.value.map(({ carrierId, channel, did, to, usual, closesAt, obstacle }) => ({
          carrierId,
          carrier: names.get(carrierId) ?? carrierId,
          channel,
          did: did.value,
          to: to.value,
          usual,
          usable: obstacle === null,
          obstacle,
          window: windowWire(closesAt, clock()),
          templates: carriers.find(carrierId)?.templates !== undefined,
        })),
      }
    },
  )

  app.get(
    '/conversations/:id/templates',
    {
      schema: {
        summary: 'Templates that the carrier approved, for the usual way or another',
        params: Params,
        querystring: WayQuerySchema,
        response: { 200: TemplateListSchema },
      },
    },
    async (request, reply) => {
      const { carrierId, channel, did } = request.query
      const via =
        carrierId === undefined || channel === undefined || did === undefined
          ? null
          : wayOf({ carrierId, channel, did })
      const id = asConversationId(request.params.id)
      const result = await actions.templatesOf(viewerOf(request), id, via)
      if (!result.ok) return sendFailure(reply, result.failure)
      return { items: result.value.map((each) => ({ ...each, variables: [...each.variables] })) }
    },
  )

  app.post(
    '/conversations/:id/transfer',
    {
      schema: {
        summary: 'Hand the conversation to another member, or to another group',
        params: Params,
        body: TransferBodySchema,
        response: { 200: ConversationSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const { to, toGroup, version, note } = request.body
      const viewer = viewerOf(request)
      const transferred =
        toGroup !== undefined
          ? await actions.transferToGroup(
              viewer,
              id,
              {
                pbxId: pbx.snapshot().directory.pbxId,
                kind: toGroup.kind,
                number: asGroupNumber(toGroup.number),
              },
              to ?? null,
              version ?? null,
              note ?? null,
            )
          : to !== undefined
            ? await actions.transfer(viewer, id, to, version ?? null, note ?? null)
            : null
      if (transferred === null) {
        return sendProblem(
          reply,
          problem(400, 'invalid-request', 'Not understood', 'Say to whom: to, toGroup, or both.'),
        )
      }
      const result = afterwards(viewer, id, transferred)
      return result.ok ? result.value : sendFailure(reply, result.failure)
    },
  )

  app.post(
    '/conversations/:id/take',
    {
      schema: {
        summary: 'Become the designated agent of a conversation that nobody has',
        params: Params,
        body: TakeBodySchema,
        response: { 200: ConversationSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const viewer = viewerOf(request)
      const result = afterwards(viewer, id, await actions.take(viewer, id, request.body.version ?? null))
      return result.ok ? result.value : sendFailure(reply, result.failure)
    },
  )

  for (const [path, status] of [
    ['close', 'closed'],
    ['reopen', 'open'],
  ] as const) {
    app.post(
      `/conversations/:id/${path}`,
      {
        schema: {
          summary: `Make the conversation ${status}`,
          params: Params,
          querystring: Version,
          response: { 200: ConversationSchema },
        },
      },
      async (request, reply) => {
        const id = asConversationId(request.params.id)
        const viewer = viewerOf(request)
        const { version } = request.query
        const expected = version === undefined ? null : Number(version)
        const result = afterwards(viewer, id, await actions.setStatus(viewer, id, status, expected))
        return result.ok ? result.value : sendFailure(reply, result.failure)
      },
    )
  }

  app.get(
    '/conversations/:id/decisions',
    {
      schema: {
        summary: 'Who was designated when and why, newest first',
        params: Params,
        response: { 200: DecisionListSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      if (actions.findReadable(viewerOf(request), id) === null) return sendFailure(reply, nothing)
      return { items: store.decisions(id, largestPage).map(decisionWire) }
    },
  )

  app.get(
    '/decisions/:id',
    {
      schema: {
        summary: 'One decision: candidates, exclusions, winner',
        params: Params,
        response: { 200: DecisionSchema },
      },
    },
    async (request, reply) => {
      const decision = store.decision(asDecisionId(request.params.id))
      if (decision === null || actions.findReadable(viewerOf(request), decision.conversationId) === null) {
        return sendFailure(reply, { code: 'not-found', what: 'decision' })
      }
      return decisionWire(decision)
    },
  )
}

/** The page that leads up from a message or a place, and for a message half a page of what came before it. */
function newerPage(
  store: Store,
  id: ConversationId,
  { around, after, limit }: { around: string | undefined; after: string | undefined; limit: number },
): { items: MessageWire[]; next: string | null; newer: string | null } | null {
  const cursorOf = (seq: Seq | null) => (seq === null ? null : writeCursor(store.epoch, seq))
  const newest = (page: Page<StoredMessage | StoredNote>) => [...page.items].reverse().map(threadWire)
  if (around === undefined) {
    const page = store.threadSince(id, readPageCursor(store.epoch, after) ?? 0, limit)
    return { items: newest(page), next: null, newer: cursorOf(page.next) }
  }
  const target = store.message(asMessageId(around)) ?? store.note(asMessageId(around))
  if (target === null || target.conversationId !== id) return null
  const half = Math.ceil(limit / 2)
  const older = store.thread(id, target.seq + 1, half)
  const later = store.threadSince(id, target.seq, half)
  return {
    items: [...newest(later), ...older.items.map(threadWire)],
    next: cursorOf(older.next),
    newer: cursorOf(later.next),
  }
}

type Filter = 'all' | 'mine' | 'unassigned' | 'closed'

function filterOf(filter: Filter, viewer: Viewer): Pick<ConversationQuery, 'status' | 'designated'> {
  switch (filter) {
    case 'all':
      return { status: 'open', designated: { kind: 'anyone' } }
    case 'closed':
      return { status: 'closed', designated: { kind: 'anyone' } }
    case 'unassigned':
      return { status: 'open', designated: { kind: 'nobody' } }
    case 'mine':
      return {
        status: 'open',
        designated:
          viewer.extension === null ? { kind: 'nobody' } : { kind: 'agent', extension: viewer.extension },
      }
    default:
      return filter satisfies never
  }
}

const limitOf = (limit: string | undefined): number =>
  Math.min(largestPage, Math.max(1, Number(limit ?? pageSize)))
