import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { CarrierAccounts } from '../app/carrier-accounts.ts'
import type { Clock } from '../app/ports/ambient.ts'
import { isWebhookCarrier, type WebhookAnswer } from '../app/ports/carriers.ts'
import type { Store } from '../app/ports/store.ts'
import type { ReceiveInbound } from '../app/receive-inbound.ts'
import { asCarrierId } from '../domain/ids.ts'
import type { Metrics } from './metrics.ts'

export interface WebhookRoutesDeps {
  readonly carriers: CarrierAccounts
  readonly receiveInbound: ReceiveInbound
  readonly store: Store
  readonly clock: Clock
  readonly metrics: Metrics
  /** Scheme, host and base path under which carriers know us: their signatures cover it. */
  readonly publicUrl: string
}

/** Meta sends up to 3 MB in one request; nothing honest is larger than this. */
const bodyLimitBytes = 4 * 1024 * 1024

/** Carriers call here. The body stays raw: signatures are over its bytes. */
export const webhookRoutes: FastifyPluginAsync<WebhookRoutesDeps> = async (app, deps) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  // The third is for carriers that can prove themselves by a secret in the path alone.
  for (const url of ['/webhooks/:carrierId', '/webhooks/:carrierId/status', '/webhooks/:carrierId/:secret']) {
    app.route<{ Params: { carrierId: string } }>({
      method: ['GET', 'POST'],
      url,
      schema: { hide: true },
      exposeHeadRoute: false,
      handler: (request, reply) => receive(request, reply, deps),
    })
  }
}

type WebhookCall = FastifyRequest<{ Params: { carrierId: string } }>

async function receive(
  request: WebhookCall,
  reply: FastifyReply,
  deps: WebhookRoutesDeps,
): Promise<FastifyReply> {
  const id = asCarrierId(request.params.carrierId)
  const carrier = deps.carriers.find(id)
  // A stranger learns nothing of which carriers exist: an unknown one is refused as a bad signature is.
  if (carrier === undefined || !isWebhookCarrier(carrier))
    return refuse(request, reply, deps, 'no such carrier')
  const result = carrier.receive({
    method: request.method === 'GET' ? 'GET' : 'POST',
    url: deps.publicUrl + request.url,
    headers: request.headers,
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    receivedAt: deps.clock(),
  })
  switch (result.kind) {
    case 'refused':
      return refuse(request, reply, deps, result.reason)
    case 'unreadable':
      deps.metrics.webhooks.inc({ result: 'unreadable' })
      request.log.warn({ carrierId: id, reason: result.reason }, 'A webhook call could not be read')
      return answer(reply, result.answer)
    case 'content': {
      await Promise.all(result.inbound.map(deps.receiveInbound))
      const now = deps.clock()
      await Promise.all(result.reports.map((report) => deps.store.commitReport(id, report, now)))
      deps.metrics.webhooks.inc({ result: 'taken' })
      return answer(reply, result.answer)
    }
    default:
      return result satisfies never
  }
}

function refuse(
  request: WebhookCall,
  reply: FastifyReply,
  deps: WebhookRoutesDeps,
  reason: string,
): FastifyReply {
  deps.metrics.webhooks.inc({ result: 'refused' })
  request.log.warn({ carrierId: request.params.carrierId, reason }, 'A webhook call was refused')
  return reply.code(403).type('text/plain').send('Refused')
}

const answer = (reply: FastifyReply, { status, contentType, body }: WebhookAnswer): FastifyReply =>
  reply.code(status).type(contentType).send(body)
