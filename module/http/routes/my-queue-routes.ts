import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { createMyQueues, type MyQueuesDeps } from '../../app/people/my-queues.ts'
import type { QueueAct } from '../../app/ports/pbx.ts'
import { MyQueueListSchema, MyQueueSchema, PauseBodySchema } from '../../contract/api/groups.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFailure } from '../wire/problem.ts'

export type MyQueueRoutesDeps = MyQueuesDeps

const Params = Type.Object({ number: Type.String({ minLength: 1, maxLength: 80 }) })

/** What an agent does about his queues at the PBX, as he would by its feature codes. */
export const myQueueRoutes: FastifyPluginAsyncTypebox<MyQueueRoutesDeps> = async (app, deps) => {
  const queues = createMyQueues(deps)
  declareAccess(app, 'me')

  app.get(
    '/me/queues',
    {
      schema: {
        summary: 'My queues: whether I am logged in, or paused',
        response: { 200: MyQueueListSchema },
      },
    },
    async (request, reply) => {
      const result = queues.of(viewerOf(request))
      return result.ok ? { items: result.value } : sendFailure(reply, result.failure)
    },
  )

  app.post(
    '/me/queues/:number/pause',
    {
      schema: {
        summary: 'Take no calls and no new conversations of this queue',
        params: Params,
        body: PauseBodySchema,
        response: { 200: MyQueueSchema },
      },
    },
    async (request, reply) => {
      const act: QueueAct = { kind: 'pause', reason: request.body.reason ?? null }
      const result = await queues.act(viewerOf(request), request.params.number, act)
      return result.ok ? result.value : sendFailure(reply, result.failure)
    },
  )

  for (const [path, kind, summary] of [
    ['unpause', 'unpause', 'End my pause in this queue'],
    ['login', 'log-in', 'Log in to a queue that allows me to'],
    ['logout', 'log-out', 'Log out of a queue; my conversations stay mine'],
  ] as const) {
    app.post(
      `/me/queues/:number/${path}`,
      { schema: { summary, params: Params, response: { 200: MyQueueSchema } } },
      async (request, reply) => {
        const result = await queues.act(viewerOf(request), request.params.number, { kind })
        return result.ok ? result.value : sendFailure(reply, result.failure)
      },
    )
  }
}
