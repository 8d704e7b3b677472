import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { Store } from '../../app/ports/store.ts'
import { AuditListSchema, AuditQuerySchema } from '../../contract/api/audit.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { time } from '../wire/wire.ts'

const pageSize = 100

/** What administrators did. Nothing changes or removes an entry. */
export const auditRoutes: FastifyPluginAsyncTypebox<{ readonly store: Store }> = async (app, { store }) => {
  declareAccess(app, 'admin')

  app.get(
    '/audit',
    {
      schema: {
        summary: 'Every administrative act, the latest first',
        querystring: AuditQuerySchema,
        response: { 200: AuditListSchema },
      },
    },
    async (request) => {
      const { before, act, actor, target, since, until } = request.query
      const page = store.audit.page({
        before: readPageCursor(store.epoch, before),
        limit: pageSize,
        ...(act === undefined ? {} : { act }),
        ...(actor === undefined ? {} : { actorId: actor }),
        ...(target === undefined ? {} : { target }),
        ...(since === undefined ? {} : { since: Date.parse(since) }),
        ...(until === undefined ? {} : { until: Date.parse(until) }),
      })
      return {
        items: page.items.map(({ seq: _seq, at, changed, ...entry }) => ({
          ...entry,
          at: time(at),
          changed: [...changed],
        })),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )
}
