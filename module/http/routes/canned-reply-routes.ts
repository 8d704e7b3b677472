import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CannedReplies } from '../../app/conversations/canned-replies.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import {
  CannedReplyBodySchema,
  CannedReplyListSchema,
  CannedReplySchema,
} from '../../contract/api/notes-and-canned-replies.ts'
import { asCannedReplyId, asGroupNumber } from '../../domain/ids.ts'
import type { CannedReply } from '../../domain/message/canned-reply.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFailure } from '../wire/problem.ts'
import { groupWire } from '../wire/wire.ts'

export interface CannedReplyRoutesDeps {
  readonly pbx: Pbx
  readonly canned: CannedReplies
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })

/** Canned replies as they are written, for administrators. */
export const cannedReplyRoutes: FastifyPluginAsyncTypebox<CannedReplyRoutesDeps> = async (app, deps) => {
  const { pbx, canned } = deps
  declareAccess(app, 'canned-replies')

  const wire = ({ group, ...reply }: CannedReply) => ({
    ...reply,
    group: group === null ? null : groupWire(pbx.snapshot().directory, group),
  })

  app.get(
    '/canned-replies',
    { schema: { summary: 'Canned replies of all groups', response: { 200: CannedReplyListSchema } } },
    async () => ({ items: canned.all().map(wire) }),
  )

  app.put(
    '/canned-replies/:id',
    {
      schema: {
        summary: 'Create or change a canned reply',
        params: Id,
        body: CannedReplyBodySchema,
        response: { 200: CannedReplySchema },
      },
    },
    async (request, reply) => {
      const { group, ...body } = request.body
      const { pbxId } = pbx.snapshot().directory
      const result = await canned.save({
        ...body,
        id: asCannedReplyId(request.params.id),
        group: group === null ? null : { pbxId, kind: group.kind, number: asGroupNumber(group.number) },
      })
      return result.ok ? wire(result.value) : sendFailure(reply, result.failure)
    },
  )

  app.delete(
    '/canned-replies/:id',
    { schema: { summary: 'Delete a canned reply', params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await canned.remove(asCannedReplyId(request.params.id))))
        return sendFailure(reply, { code: 'not-found', what: 'canned reply' })
      return reply.code(204).send(null)
    },
  )
}
