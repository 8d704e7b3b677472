import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../app/ports/ambient.ts'
import { isWebhookCarrier, type WebhookAnswer, type WebhookResult } from '../../app/ports/carriers.ts'
import type { Store } from '../../app/ports/store.ts'
import type { ReceiveInbound } from '../../app/routing/receive-inbound.ts'
import type { CarrierAccounts } from '../../app/sending/carrier-accounts.ts'
import { asCarrierId, type CarrierId } from '../../domain/ids.ts'
import type { Metrics } from '../metrics.ts'
import type { WebhookSelfTest } from '../webhook-self-test.ts'

export interface WebhookRoutesDeps {
  readonly carriers: CarrierAccounts
  readonly receiveInbound: ReceiveInbound
  readonly store: Store
  readonly clock: Clock
  readonly metrics: Metrics
  /** Scheme, host and base path under which carriers know us: their signatures cover it. */
  readonly publicUrl: string
  readonly selfTest?: WebhookSelfTest | null
  /** A carrier is answered within this, whatever becomes of its call. */
  readonly webhookDeadlineMs?: number
}

/** The strictest carrier waits for 2 s; the way there and back takes some of it. */
export const usualDeadlineMs = 1700

/** Meta sends up to 3 MB in one request; nothing honest is larger than this. */
const bodyLimitBytes = 4 * 1024 * 1024
const longestReason = 500

/** Carriers call here. The body stays raw: signatures are over its bytes. */
export const webhookRoutes: FastifyPluginAsync<WebhookRoutesDeps> = async (app, deps) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )
  app.get<{ Params: { carrierId: string }; Querystring: { nonce?: unknown } }>(
    '/webhooks/:carrierId/self-test',
    { schema: { hide: true }, exposeHeadRoute: false },
    async ({ params, query }, reply) => {
      const nonce = typeof query.nonce === 'string' ? query.nonce : ''
      const proof = deps.selfTest?.answer(params.carrierId, nonce) ?? null
      reply.type('text/plain')
      return proof === null ? reply.code(404).send('Not found') : reply.send(proof)
    },
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
      await keepRaw(request, deps, [result.reason])
      return answer(reply, result.answer)
    case 'content': {
      const { unread = [] } = result
      if (unread.length > 0) {
        deps.metrics.webhooks.inc({ result: 'read-in-part' })
        request.log.warn({ carrierId: id, unread }, 'Parts of a webhook call could not be read')
        await keepRaw(request, deps, unread)
      }
      const taken = await inTime(takeIn(id, result, deps), deps.webhookDeadlineMs ?? usualDeadlineMs)
      deps.metrics.webhooks.inc({ result: taken ? 'taken' : 'late' })
      if (taken) return answer(reply, result.answer)
      // Not on disk yet, so not acknowledged; when the carrier repeats it, what was stored meanwhile has no second effect.
      request.log.warn(
        { carrierId: id },
        'A webhook call could not be stored in time; its carrier repeats it',
      )
      return reply.code(503).header('retry-after', '5').type('text/plain').send('Try again')
    }
    default:
      return result satisfies never
  }
}

async function takeIn(
  id: CarrierId,
  { inbound, reports }: Extract<WebhookResult, { kind: 'content' }>,
  deps: WebhookRoutesDeps,
): Promise<true> {
  await Promise.all(inbound.map(deps.receiveInbound))
  const now = deps.clock()
  await Promise.all(reports.map((report) => deps.store.commitReport(id, report, now)))
  return true
}

/** False when it takes longer; it goes on all the same. */
async function inTime(work: Promise<true>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Kept for the administrator. A body that can't even be kept must not make the carrier repeat it. */
async function keepRaw(
  request: WebhookCall,
  deps: WebhookRoutesDeps,
  reasons: readonly string[],
): Promise<void> {
  const body =
    request.body instanceof Uint8Array && request.body.byteLength > 0
      ? request.body
      : Buffer.from(request.url.split('?')[1] ?? '')
  const event = {
    carrierId: asCarrierId(request.params.carrierId),
    at: deps.clock(),
    reason: reasons.join('; ').slice(0, longestReason),
    contentType: request.headers['content-type']?.slice(0, 200) ?? null,
    body: deps.carriers.concealed(asCarrierId(request.params.carrierId), body),
  }
  const kept = deps.store.keepRaw(event).then(() => true as const)
  kept.catch((error: unknown) => request.log.error({ err: error }, 'A webhook call could not be kept'))
  await inTime(
    kept.catch(() => true as const),
    deps.webhookDeadlineMs ?? usualDeadlineMs,
  )
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
