import type { FastifyReply, FastifyRequest } from 'fastify'
import { isAdmin, type Viewer } from '../app/access.ts'
import type { Clock } from '../app/ports/ambient.ts'
import { verifyToken } from '../app/session-token.ts'
import { problem, sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null
    tokenExpiresAt: number
  }
}

/** Lets a request through only with a valid bearer token, whose viewer it leaves on the request. */
export function authenticate(tokenKey: Uint8Array, clock: Clock) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ')
    const verdict =
      scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0
        ? verifyToken(tokenKey, token, clock())
        : ({ kind: 'invalid' } as const)
    switch (verdict.kind) {
      case 'valid':
        request.viewer = verdict.viewer
        request.tokenExpiresAt = verdict.expiresAt
        return undefined
      case 'expired':
        return refuse(reply, 'token-expired', 'Your session has ended. Open the panel from the PBX again.')
      case 'invalid':
        return refuse(reply, 'not-signed-in', 'Open the panel from the PBX, or send a valid bearer token.')
      default:
        return verdict satisfies never
    }
  }
}

function refuse(reply: FastifyReply, code: string, sentence: string): FastifyReply {
  reply.header('www-authenticate', 'Bearer')
  return sendProblem(reply, problem(401, code, 'Not signed in', sentence))
}

/** For routes of administrators alone, as onRequest: others are not told what a right request looks like either. */
export async function requireAdmin(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (isAdmin(viewerOf(request))) return undefined
  return sendProblem(
    reply,
    problem(403, 'not-an-administrator', 'Not allowed', 'Only an administrator can do this.'),
  )
}

export function viewerOf(request: FastifyRequest): Viewer {
  if (request.viewer === null) throw new Error('a route without authentication asked who is there')
  return request.viewer
}
