import type { FastifyReply, FastifyRequest } from 'fastify'
import { isAdmin, type Viewer } from '../../app/people/access.ts'
import { type ApiKeys, keyPrefix } from '../../app/people/api-keys.ts'
import type { TokenVerdict } from '../../app/people/session-token.ts'
import type { Caller, Sessions } from '../../app/people/sessions.ts'
import { problem, sendProblem } from '../wire/problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null
    /** Of a session's token; 0 for an API key. */
    tokenExpiresAt: number
    /** Null for an API key. */
    session: Extract<TokenVerdict, { kind: 'valid' }> | null
  }
}

export interface AuthenticationDeps {
  readonly sessions: Pick<Sessions, 'verify'>
  readonly apiKeys: Pick<ApiKeys, 'verify'>
}

type Refused = 'invalid' | 'expired' | 'revoked'

const refusals: Readonly<Record<'session' | 'key', Readonly<Record<Refused, readonly [string, string]>>>> = {
  session: {
    invalid: ['not-signed-in', 'Open the panel from the PBX, or send a valid bearer token.'],
    expired: ['token-expired', 'Your session has ended. Open the panel from the PBX again.'],
    revoked: ['session-revoked', 'This session was ended. Sign in again.'],
  },
  key: {
    invalid: ['not-signed-in', 'There is no such API key. Ask an administrator for one.'],
    expired: ['key-expired', 'This API key has expired. Ask an administrator for a new one.'],
    revoked: ['key-revoked', 'This API key was revoked. Ask an administrator for a new one.'],
  },
}

/** Lets a request through only with a valid session token or API key, whose viewer it leaves on the request. */
export function authenticate({ sessions, apiKeys }: AuthenticationDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const bearer = bearerOf(request)
    if (bearer?.startsWith(keyPrefix)) {
      const verdict = apiKeys.verify(bearer)
      if (verdict.kind !== 'valid') return refuse(reply, refusals.key[verdict.kind])
      request.viewer = verdict.viewer
      return undefined
    }
    const verdict =
      bearer === null ? ({ kind: 'invalid' } as const) : sessions.verify(bearer, callerOf(request))
    if (verdict.kind !== 'valid') return refuse(reply, refusals.session[verdict.kind])
    request.viewer = verdict.viewer
    request.tokenExpiresAt = verdict.expiresAt
    request.session = verdict
    return undefined
  }
}

/** The Authorization header's token, and nothing else: what a browser sends by itself, cookies, signs nobody in. */
export function bearerOf(request: FastifyRequest): string | null {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ')
  return scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0 ? token : null
}

export const callerOf = (request: FastifyRequest): Caller => ({
  userAgent: request.headers['user-agent'],
  address: request.ip,
})

function refuse(reply: FastifyReply, [code, sentence]: readonly [string, string]): FastifyReply {
  reply.header('www-authenticate', 'Bearer')
  return sendProblem(reply, problem(401, code, 'Not signed in', sentence))
}

/** For routes of administrators alone, as onRequest: others are not told what a right request looks like either. */
export async function requireAdmin(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const viewer = viewerOf(request)
  // What a key may do, its scopes have said by now.
  if (viewer.scopes !== undefined || isAdmin(viewer)) return undefined
  return sendProblem(
    reply,
    problem(403, 'not-an-administrator', 'Not allowed', 'Only an administrator can do this.'),
  )
}

export function viewerOf(request: FastifyRequest): Viewer {
  if (request.viewer === null) throw new Error('a route without authentication asked who is there')
  return request.viewer
}
