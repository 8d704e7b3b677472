import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest, onRouteHookHandler } from 'fastify'
import type { RepeatVerdict } from '../../app/ports/access.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Store } from '../../app/ports/store.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { viewerOf } from './authentication.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Fields of the answer that a repetition does not show again. */
    shownOnce?: readonly string[]
    /** The route sees to its idempotency key itself, or can be repeated without one. */
    repeatable?: false
  }
  interface FastifyRequest {
    /** The key under which this request's answer is kept. */
    repeatKey: { readonly actor: string; readonly key: string } | null
  }
}

export interface RepeatableDeps {
  readonly store: Pick<Store, 'repeatable'>
  readonly clock: Clock
}

const keyHeader = 'idempotency-key'

/**
 * Makes POSTs safe to repeat: with an `Idempotency-Key`, the same request of the same person or program gets the
 * same answer for a day, and is done once. Routes whose schema names the header see to it themselves.
 */
export function repeatablePosts({ store, clock }: RepeatableDeps): onRouteHookHandler {
  return (route) => {
    if (route.method !== 'POST' || route.config?.repeatable === false) return
    const headers = (route.schema as { headers?: { properties?: object } } | undefined)?.headers
    if (headers?.properties !== undefined && keyHeader in headers.properties) return
    route.preHandler = [...[route.preHandler ?? []].flat(), begin]
    route.onSend = [...[route.onSend ?? []].flat(), end]
  }

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const key = request.headers[keyHeader]
    if (key === undefined) return undefined
    if (typeof key !== 'string' || key.length < 8 || key.length > 128)
      return sendProblem(
        reply,
        problem(400, 'invalid-request', 'Not understood', 'An Idempotency-Key has 8 to 128 characters.'),
      )
    const actor = actorOf(request)
    const verdict = await store.repeatable.begin({ actor, key, requestHash: hashOf(request), at: clock() })
    if (verdict.kind !== 'first') return repeat(reply, verdict)
    request.repeatKey = { actor, key }
    return undefined
  }

  async function end(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    if (request.repeatKey === null) return payload
    const { actor, key } = request.repeatKey
    request.repeatKey = null
    const text = typeof payload === 'string' ? payload : ''
    // What failed on our side may be tried again under its key; a refusal stays a refusal.
    const answer =
      reply.statusCode >= 500
        ? null
        : { status: reply.statusCode, body: kept(text, request), digest: digest(text) }
    await store.repeatable.end(actor, key, answer)
    return payload
  }
}

/** A key may be used on another device of the same person, not by anybody else. */
function actorOf(request: FastifyRequest): string {
  const { extension, sessionId, scopes } = viewerOf(request)
  return scopes === undefined && extension !== null ? `extension:${extension}` : sessionId
}

function hashOf({ method, url, body }: FastifyRequest): Uint8Array {
  return createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest()
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The answer as it is given again: without what may be shown once. */
function kept(text: string, request: FastifyRequest): string {
  const hidden = request.routeOptions.config.shownOnce ?? []
  if (hidden.length === 0 || text === '') return text
  const answer = JSON.parse(text) as Record<string, unknown>
  for (const name of hidden) if (name in answer) answer[name] = null
  return JSON.stringify(answer)
}

function repeat(reply: FastifyReply, verdict: Exclude<RepeatVerdict, { kind: 'first' }>): FastifyReply {
  switch (verdict.kind) {
    case 'again': {
      const { status, body, digest } = verdict.answer
      reply.header('idempotent-replayed', 'true').header('etag', `"${digest}"`)
      reply.type(status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8')
      // As text: it was serialised once, and is given again as it was.
      return reply.code(status).serializer(String).send(body)
    }
    case 'under-way':
      return sendProblem(
        reply,
        problem(
          409,
          'idempotency-key-in-use',
          'Not done',
          'A request with this Idempotency-Key is under way, or its end is not known. Look at what became of it first.',
        ),
      )
    case 'reused':
      return sendProblem(
        reply,
        problem(
          409,
          'idempotency-key-reused',
          'Not done',
          'This Idempotency-Key was used for another request. Use a new key for each.',
        ),
      )
    default:
      return verdict satisfies never
  }
}
