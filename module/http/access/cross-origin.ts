import type { FastifyInstance } from 'fastify'

type Routes = Pick<FastifyInstance, 'addHook' | 'options'>

const allowed = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key',
  'access-control-max-age': '600',
}

/**
 * Lets pages of the configured origins call the API. Without any, which is usual, a browser keeps every other
 * origin out. Credentials are never allowed: a token is sent by a page that has it, not by the browser itself.
 */
export function allowOrigins(app: Routes, origins: readonly string[]): void {
  if (origins.length === 0) return
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'origin')
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return undefined
    reply.header('access-control-allow-origin', origin)
    reply.header('access-control-expose-headers', 'etag, idempotent-replayed, retry-after')
    if (request.method !== 'OPTIONS') return undefined
    return reply.headers(allowed).code(204).send()
  })
  // So that there is a route for the hook to run at; another origin's question gets no answer that helps it.
  app.options('/*', { schema: { hide: true } }, async (_request, reply) => reply.code(204).send())
}
