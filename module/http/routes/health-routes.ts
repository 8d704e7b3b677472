import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiKeys } from '../../app/people/api-keys.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import { bearerOf } from '../access/authentication.ts'
import type { Metrics } from '../metrics.ts'
import { problem, sendProblem } from '../wire/problem.ts'

export interface HealthRoutesDeps {
  readonly pbx: Pbx
  readonly store: Store
  readonly metrics: Metrics
  readonly apiKeys: Pick<ApiKeys, 'verify'>
}

/** `live`: the process turns. `ready`: it can take messages in, which it can without the PBX. */
export const healthRoutes: FastifyPluginAsync<HealthRoutesDeps> = async (app, deps) => {
  const { pbx, store, metrics } = deps

  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async () => {
    store.lastSeq()
    const { ami, ari } = pbx.health()
    return {
      status: ami.kind === 'up' && ari.kind === 'up' ? 'ok' : 'degraded',
      ami: ami.kind,
      ari: ari.kind,
    }
  })
  app.get('/metrics', { onRequest: forMetrics(deps) }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}

/** What a proxy adds. Who bears one of these did not come from this machine, whoever handed him on. */
const forwardedBy = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'] as const

/** Programs on this machine need no key; all others do, those too whom a proxy on this machine hands on. */
const forMetrics =
  ({ apiKeys }: Pick<HealthRoutesDeps, 'apiKeys'>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const isForwarded = forwardedBy.some((name) => request.headers[name] !== undefined)
    if (!isForwarded && isLoopback(request.socket.remoteAddress ?? '')) return undefined
    const verdict = apiKeys.verify(bearerOf(request) ?? '')
    if (verdict.kind === 'valid' && verdict.viewer.scopes?.includes('metrics:read')) return undefined
    const [status, code] = verdict.kind === 'valid' ? [403, 'scope-missing'] : [401, 'not-signed-in']
    return sendProblem(
      reply,
      problem(status, code, 'Not allowed', 'From another machine this needs an API key with metrics:read.'),
    )
  }

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address)
