import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { Sessions } from '../../app/people/sessions.ts'
import type { SessionRecord } from '../../app/ports/access.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import { SessionListSchema, type SessionWire } from '../../contract/api/people.ts'
import { actorOf } from '../access/audited-acts.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { time } from '../wire/wire.ts'

export interface SessionRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly sessions: Sessions
  readonly clock: Clock
}

const pageSize = 100
const Params = Type.Object({ sid: Type.String({ minLength: 1, maxLength: 128 }) })
const Before = { before: Type.Optional(Type.String({ maxLength: 200 })) }

const audit = (request: FastifyRequest) => {
  const { sid } = request.params as { sid: string }
  return { act: 'session.revoke', target: `session/${sid}`, sentence: 'Ended a session.' }
}

/** Who is signed in. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutesDeps> = async (app, deps) => {
  await app.register(allSessions, deps)
  await app.register(mySessions, deps)
}

const allSessions: FastifyPluginAsyncTypebox<SessionRoutesDeps> = async (app, deps) => {
  const { sessions, pbx } = deps
  declareAccess(app, 'admin')

  app.get(
    '/sessions',
    {
      schema: {
        summary: 'Sessions of all people, the newest first',
        querystring: Type.Object({
          ...Before,
          extension: Type.Optional(Type.String({ pattern: '^[0-9*#]{1,20}$' })),
        }),
        response: { 200: SessionListSchema },
      },
    },
    async (request) => list(request, deps, request.query.before, request.query.extension),
  )

  app.delete(
    '/sessions/:sid',
    {
      schema: {
        summary: 'End a session: at once nothing can be done with it',
        params: Params,
        response: { 204: Type.Null() },
      },
      config: { audit },
    },
    async (request, reply) => {
      const by = actorOf(viewerOf(request), pbx).name
      if (await sessions.revoke(request.params.sid, by)) return reply.code(204).send(null)
      return sendProblem(reply, noSuchSession)
    },
  )
}

const mySessions: FastifyPluginAsyncTypebox<SessionRoutesDeps> = async (app, deps) => {
  const { store, sessions, pbx } = deps
  declareAccess(app, 'me')

  app.get(
    '/me/sessions',
    {
      schema: {
        summary: 'Where I am signed in, the newest first',
        querystring: Type.Object(Before),
        response: { 200: SessionListSchema },
      },
    },
    async (request) => {
      const { extension, sessionId } = viewerOf(request)
      // Administrators without an extension share none with one another: each sees his own session.
      if (extension !== null) return list(request, deps, request.query.before, extension)
      await sessions.flush()
      const own = store.access.session(sessionId)
      return { items: own === null ? [] : [sessionWire(own, request, deps)], next: null }
    },
  )

  app.delete(
    '/me/sessions/:sid',
    {
      schema: { summary: 'Sign me out there', params: Params, response: { 204: Type.Null() } },
      config: { audit },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { sid } = request.params
      await sessions.flush()
      const found = store.access.session(sid)
      const isMine =
        sid === viewer.sessionId || (viewer.extension !== null && found?.extension === viewer.extension)
      if (found === null || !isMine) return sendProblem(reply, noSuchSession)
      if (await sessions.revoke(sid, actorOf(viewer, pbx).name)) return reply.code(204).send(null)
      return sendProblem(reply, noSuchSession)
    },
  )
}

async function list(
  request: FastifyRequest,
  deps: SessionRoutesDeps,
  before: string | undefined,
  extension: string | undefined,
) {
  const { store, sessions } = deps
  const from = readPageCursor(store.epoch, before)
  // What was seen a moment ago is in memory still, the asking session above all.
  await sessions.flush()
  const page = store.access.sessions(from, pageSize, extension as SessionRecord['extension'] | undefined)
  return {
    items: page.items.map((session) => sessionWire(session, request, deps)),
    next: page.next === null ? null : writeCursor(store.epoch, page.next),
  }
}

function sessionWire(
  session: SessionRecord,
  request: FastifyRequest,
  { pbx, clock }: SessionRoutesDeps,
): SessionWire {
  const { seq: _seq, extension, revokedAt, expiresAt, firstSeenAt, lastSeenAt, roles, ...rest } = session
  const entry = extension === null ? undefined : pbx.snapshot().directory.extensions.get(extension)
  return {
    ...rest,
    extension,
    roles: [...roles],
    name: entry?.name ?? extension ?? 'Administrator',
    firstSeenAt: time(firstSeenAt),
    lastSeenAt: time(lastSeenAt),
    expiresAt: time(expiresAt),
    state: revokedAt !== null ? 'revoked' : expiresAt <= clock() ? 'ended' : 'open',
    revokedAt: revokedAt === null ? null : time(revokedAt),
    mine: session.sid === viewerOf(request).sessionId,
  }
}

const noSuchSession = problem(
  404,
  'not-found',
  'Not done',
  'There is no such session, or it was ended already.',
)
