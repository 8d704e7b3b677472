import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import type { ConversationActions } from '../../app/conversations/act-on-conversation.ts'
import type { PersonalActions } from '../../app/conversations/personal-actions.ts'
import { createStartConversation, type StartDeps } from '../../app/conversations/start-conversation.ts'
import { isSupervisor, type Viewer } from '../../app/people/access.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  ConversationSchema,
  StartWayListSchema,
  TemplateListSchema,
  WayQuerySchema,
} from '../../contract/api/conversations.ts'
import {
  ReassignBodySchema,
  ReassignManyBodySchema,
  ReassignManySchema,
} from '../../contract/api/handover.ts'
import { StartBodySchema, TimelineSchema } from '../../contract/api/messages.ts'
import { GroupKindSchema } from '../../contract/api/parts.ts'
import { failureSentence } from '../../domain/failures.ts'
import { asCarrierId, asConversationId, asGroupNumber, type ConversationId } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'
import { timelineWire } from '../wire/timeline-wire.ts'
import { conversationWire, windowWire } from '../wire/wire.ts'

export interface HandoverRoutesDeps extends StartDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly actions: ConversationActions
  readonly personal: PersonalActions
}

const longestTimeline = 200
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const GroupParams = Type.Object({ kind: GroupKindSchema, number: Type.String({ maxLength: 80 }) })
const IdempotencyKey = Type.Object({ 'idempotency-key': Type.String({ minLength: 8, maxLength: 128 }) })
const nothing = { code: 'not-found', what: 'conversation' } as const

/** Supervisors' acts, conversations that agents start, and what happened to one. */
export const handoverRoutes: FastifyPluginAsyncTypebox<HandoverRoutesDeps> = async (app, deps) => {
  const { actions, carriers, clock, pbx, personal, readAddress } = deps
  declareAccess(app, 'conversations')
  const starting = createStartConversation(deps)

  function wireOf(viewer: Viewer, id: ConversationId) {
    const conversation = actions.find(viewer, id)
    if (conversation === null) return null
    return {
      ...conversationWire(conversation, pbx.snapshot().directory, personal.of(viewer, [id])(id)),
      window: windowWire(actions.windowOf(conversation), clock()),
    }
  }

  app.post(
    '/conversations/:id/reassign',
    {
      schema: {
        summary: 'Give the conversation to another agent, as a supervisor',
        params: Params,
        body: ReassignBodySchema,
        response: { 200: ConversationSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const viewer = viewerOf(request)
      const { to, version, note } = request.body
      const result = await actions.reassign(viewer, id, to, version ?? null, note ?? null)
      if (!result.ok) return sendFailure(reply, result.failure)
      return wireOf(viewer, id) ?? sendFailure(reply, nothing)
    },
  )

  app.post(
    '/conversations/reassign',
    {
      schema: {
        summary: 'Give many conversations to another agent: those named, or all of one agent',
        body: ReassignManyBodySchema,
        response: { 200: ReassignManySchema },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { from, ids, to, note } = request.body
      if (!isSupervisor(viewer)) return sendFailure(reply, { code: 'not-a-supervisor' })
      if ((from === undefined) === (ids === undefined)) {
        return sendProblem(
          reply,
          problem(
            400,
            'invalid-request',
            'Not understood',
            'Say either from whom, or which ones: from or ids.',
          ),
        )
      }
      const wanted = ids?.map(asConversationId) ?? actions.designatedTo(viewer, from ?? '')
      const items = []
      for (const id of wanted) {
        const result = await actions.reassign(viewer, id, to, null, note ?? null)
        items.push(
          result.ok
            ? { id, done: true, code: null, sentence: null }
            : { id, done: false, code: result.failure.code, sentence: failureSentence(result.failure) },
        )
      }
      return { reassigned: items.filter(({ done }) => done).length, items }
    },
  )

  app.post(
    '/conversations',
    {
      schema: {
        summary: 'Write to a customer first; answers with the conversation, whose designated agent I am',
        headers: IdempotencyKey,
        body: StartBodySchema,
        response: { 201: ConversationSchema },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { to, group, from, channel, text, template } = request.body
      const { pbxId } = pbx.snapshot().directory
      const result = await starting.start(viewer, {
        to,
        group: { pbxId, kind: group.kind, number: asGroupNumber(group.number) },
        from: from ?? null,
        channel: channel ?? null,
        text,
        template: template === undefined ? null : { variables: {}, ...template },
        idempotencyKey: request.headers['idempotency-key'],
      })
      if (!result.ok) return sendFailure(reply, result.failure)
      const wire = wireOf(viewer, result.value.conversationId)
      return wire === null ? sendFailure(reply, nothing) : reply.code(201).send(wire)
    },
  )

  const groupOf = ({ kind, number }: Static<typeof GroupParams>) => ({
    pbxId: pbx.snapshot().directory.pbxId,
    kind,
    number: asGroupNumber(number),
  })

  app.get(
    '/groups/:kind/:number/ways',
    {
      schema: {
        summary: 'By which numbers and channels a customer may be written to first',
        params: GroupParams,
        response: { 200: StartWayListSchema },
      },
    },
    async (request, reply) => {
      const result = starting.ways(viewerOf(request), groupOf(request.params))
      if (!result.ok) return sendFailure(reply, result.failure)
      const names = new Map(carriers.accounts().map(({ id, name }) => [id, name]))
      return {
        items: result.value.map(({ carrierId, did, ...way }) => ({
          ...way,
          carrierId,
          carrier: names.get(carrierId) ?? carrierId,
          did: did.value,
        })),
      }
    },
  )

  app.get(
    '/groups/:kind/:number/templates',
    {
      schema: {
        summary: 'Templates by which a customer may be written to first',
        params: GroupParams,
        querystring: WayQuerySchema,
        response: { 200: TemplateListSchema },
      },
    },
    async (request, reply) => {
      const { carrierId, channel, did } = request.query
      const via =
        carrierId === undefined || channel === undefined || did === undefined
          ? null
          : { carrierId: asCarrierId(carrierId), channel, did: readAddress(did) }
      const result = await starting.templates(viewerOf(request), groupOf(request.params), via)
      if (!result.ok) return sendFailure(reply, result.failure)
      return { items: result.value.map((each) => ({ ...each, variables: [...each.variables] })) }
    },
  )

  app.get(
    '/conversations/:id/timeline',
    {
      schema: {
        summary: 'What happened to the conversation besides its messages, newest first',
        params: Params,
        response: { 200: TimelineSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const timeline = actions.timeline(viewerOf(request), id, longestTimeline)
      if (timeline === null) return sendFailure(reply, nothing)
      const { directory } = pbx.snapshot()
      return { items: timeline.map((entry) => timelineWire(entry, directory)) }
    },
  )
}
