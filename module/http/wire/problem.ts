import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { ProblemWire } from '../../contract/api/problem.ts'
import { type Failure, type FailureCode, failureSentence } from '../../domain/failures.ts'

/** What each refusal is in HTTP. */
const statusOf: Record<FailureCode, number> = {
  'not-found': 404,
  'not-designated': 403,
  'not-an-agent': 403,
  'stale-version': 409,
  'already-designated': 409,
  'idempotency-key-reused': 409,
  'answered-meanwhile': 409,
  'conversation-closed': 409,
  'not-a-member': 422,
  'cannot-be-answered': 422,
  'no-way-back': 422,
  'no-such-group': 422,
  'empty-message': 422,
  'time-is-past': 422,
  'not-logged-in': 409,
  'always-logged-in': 422,
  'pbx-refused': 502,
  'pbx-away': 503,
  'pbx-unsure': 504,
  'opted-out': 422,
  'too-many-pins': 422,
  'unknown-variable': 422,
  'shortcut-taken': 409,
  'not-a-supervisor': 403,
  'same-group': 422,
  'no-such-sender': 422,
  'stale-settings': 409,
  'window-closed': 422,
  'too-long': 422,
  template: 422,
  'not-sendable-again': 409,
  'sent-again-already': 409,
  media: 422,
}

export const problem = (status: number, code: string, title: string, detail: string): ProblemWire => ({
  type: `urn:parley:problem:${code}`,
  title,
  status,
  code,
  detail,
})

export function sendProblem(reply: FastifyReply, body: ProblemWire): FastifyReply {
  return reply.code(body.status).type('application/problem+json').send(body)
}

export function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  const sentence = failureSentence(failure)
  return sendProblem(reply, {
    ...problem(statusOf[failure.code], failure.code, 'Not done', sentence),
    ...extras(failure),
  })
}

function extras(failure: Failure): Partial<ProblemWire> {
  if (failure.code === 'stale-settings') return { current: failure.current }
  if (failure.code === 'stale-version') {
    const { current, changed } = failure
    return {
      current,
      ...(changed === undefined
        ? {}
        : { changedBy: changed.by, changedAt: new Date(changed.at).toISOString() }),
    }
  }
  if (failure.code === 'answered-meanwhile')
    return { changedBy: failure.by, changedAt: new Date(failure.at).toISOString() }
  if (failure.code === 'not-designated' || failure.code === 'already-designated')
    return { designated: failure.designated }
  return {}
}

/** Every error leaves as problem+json; what is not the client's fault is logged and told without its inside. */
export function installProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, problem(404, 'no-such-address', 'Not found', 'There is nothing at this address.')),
  )
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error.validation !== undefined) {
      return sendProblem(reply, problem(400, 'invalid-request', 'Not understood', `${error.message}.`))
    }
    const status = error.statusCode ?? 500
    if (status < 500)
      return sendProblem(reply, problem(status, codeOf(error), 'Not understood', error.message))
    request.log.error({ err: error }, 'A request failed')
    return sendProblem(
      reply,
      problem(
        500,
        'internal-error',
        'Parley failed',
        'Parley could not do this. Try again; the log says what happened.',
      ),
    )
  })
}

/** Ours as they are, the framework's in the same writing; any other error's code says nothing to a client. */
function codeOf({ code = '' }: FastifyError): string {
  if (code.startsWith('FST_ERR_')) return code.slice(8).toLowerCase().replaceAll('_', '-')
  return /^[a-z-]+$/.test(code) ? code : 'invalid-request'
}
