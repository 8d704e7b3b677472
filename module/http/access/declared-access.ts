import type { FastifyReply, FastifyRequest, onRouteHookHandler } from 'fastify'
import { type Area, isForAdministrators, type Scope, scopeOf } from '../../domain/scopes.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { requireAdmin, viewerOf } from './authentication.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What an API key needs for this route; and whether it is for administrators. */
    scope?: Scope
  }
}

interface Routes {
  addHook(name: 'onRoute', hook: onRouteHookHandler): unknown
}

export const readingMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Says to which part of the API a plugin's routes belong, before they are registered: reading needs `<area>:read`,
 * all else `<area>:write`. A route that says otherwise in its own `config` is taken at its word.
 */
export function declareAccess(app: Routes, area: Area): void {
  app.addHook('onRoute', (route) => {
    const writes = [route.method].flat().some((method) => !readingMethods.includes(method))
    route.config = { scope: scopeOf(area, writes), ...route.config }
  })
}

/** Lets through who may: administrators' parts are for administrators, and a key does only what it was given. */
export async function enforceAccess(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { scopes } = viewerOf(request)
  const { scope } = request.routeOptions.config
  if (scopes === undefined)
    return scope !== undefined && isForAdministrators(scope) ? requireAdmin(request, reply) : undefined
  if (scope !== undefined && scopes.includes(scope)) return undefined
  const sentence =
    scope === undefined ? 'No API key can do this.' : `This API key does not have the scope ${scope}.`
  return sendProblem(reply, problem(403, 'scope-missing', 'Not allowed', sentence))
}
