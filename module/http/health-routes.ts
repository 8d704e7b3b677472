import type { FastifyPluginAsync } from 'fastify'
import type { Pbx } from '../app/ports/pbx.ts'
import type { Store } from '../app/ports/store.ts'
import type { Metrics } from './metrics.ts'

export interface HealthRoutesDeps {
  readonly pbx: Pbx
  readonly store: Store
  readonly metrics: Metrics
}

/** `live`: the process turns. `ready`: it can take messages in, which it can without the PBX. */
export const healthRoutes: FastifyPluginAsync<HealthRoutesDeps> = async (app, { pbx, store, metrics }) => {
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
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
