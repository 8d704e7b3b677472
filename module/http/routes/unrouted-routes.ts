import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import type { RouteUnrouted } from '../../app/routing/route-unrouted.ts'
import {
  RouteMatchingSchema,
  UnroutedListSchema,
  UnroutedRouteBodySchema,
  UnroutedRoutedSchema,
} from '../../contract/api/unrouted.ts'
import { asMessageId, asRuleId } from '../../domain/ids.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { sendFailure } from '../wire/problem.ts'
import { groupRef } from '../wire/rule-wire.ts'
import { unroutedWire } from '../wire/wire.ts'

export interface UnroutedRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly routeUnrouted: RouteUnrouted
}

const pageSize = 100
const Page = Type.Object({ before: Type.Optional(Type.String({ maxLength: 200 })) })
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** Messages that no rule took, and sending them on. */
export const unroutedRoutes: FastifyPluginAsyncTypebox<UnroutedRoutesDeps> = async (app, deps) => {
  const { store, pbx, routeUnrouted } = deps
  declareAccess(app, 'unrouted')

  app.get(
    '/unrouted',
    {
      schema: {
        summary: 'Messages that no rule took, newest first',
        querystring: Page,
        response: { 200: UnroutedListSchema },
      },
    },
    async (request) => {
      const before = readPageCursor(store.epoch, request.query.before)
      const page = store.unrouted(before, pageSize)
      return {
        items: page.items.map(unroutedWire),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )

  app.post(
    '/unrouted/:id/route',
    {
      schema: {
        summary: 'Send one on, by a rule or to a group',
        params: Params,
        body: UnroutedRouteBodySchema,
        response: { 200: UnroutedRoutedSchema },
      },
    },
    async (request, reply) => {
      const { body } = request
      const { pbxId } = pbx.snapshot().directory
      const result = await routeUnrouted.route(
        asMessageId(request.params.id),
        'ruleId' in body
          ? { kind: 'rule', ruleId: asRuleId(body.ruleId) }
          : { kind: 'group', group: groupRef(pbxId, body.destination) },
      )
      if (!result.ok) return sendFailure(reply, result.failure)
      const { messageId, conversationId } = result.value
      return { messageId, conversationId }
    },
  )

  app.post(
    '/unrouted/route-matching',
    {
      schema: {
        summary: 'Apply the rules as they are now to all of them, oldest first',
        response: { 200: RouteMatchingSchema },
      },
    },
    async () => routeUnrouted.routeMatching(),
  )
}
