import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** For the whole exchange, the connection included. */
  readonly deadlineMs: number
  /** An answer that is longer counts as unreadable. */
  readonly longestAnswerBytes?: number
}

export type ApiResult =
  /** `body` is null when it could not be read to its end. */
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | null
      readonly body: string | null
    }
  /** It failed before a connection stood: the other side has not seen a byte of it. */
  | { readonly kind: 'not-written'; readonly reason: string }
  /** It failed after that: nobody can say whether it was processed. */
  | { readonly kind: 'lost'; readonly reason: string }

/** An honest answer to a message has some hundred bytes. */
const usualAnswerBytes = 64 * 1024

/**
 * One call of a carrier's API, on a connection of its own. A pooled one may be closing while it is used, which looks like a request
 * lost after it was written; and a client that repeats requests by itself would send a message twice.
 * Redirects are not followed: the credentials are for this host alone. Never rejects.
 */
export function callApi(call: ApiCall): Promise<ApiResult> {
  return new Promise((resolve) => {
    let connected = false
    let response: IncomingMessage | null = null
    const fail = (reason: string): void => {
      // A status that came says more than a body that did not.
      if (response !== null) settle(answered(response, null))
      else settle({ kind: connected ? 'lost' : 'not-written', reason })
    }
    const timer = setTimeout(() => fail(`no answer within ${call.deadlineMs} ms`), call.deadlineMs)
    const request = open(call)
    function settle(result: ApiResult): void {
      clearTimeout(timer)
      resolve(result)
      request.destroy()
    }
    request.on('error', (error) => fail(reasonOf(error)))
    request.on('socket', (socket) =>
      socket.once(call.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true
      }),
    )
    request.on('response', (incoming) => {
      response = incoming
      readBody(incoming, call.longestAnswerBytes ?? usualAnswerBytes, (body) =>
        settle(answered(incoming, body)),
      )
    })
    request.end(call.body ?? undefined)
  })
}

function open({ method, url, headers }: ApiCall): ClientRequest {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return request(url, { method, agent: false, headers: { accept: 'application/json', ...headers } })
}

const answered = ({ statusCode, headers }: IncomingMessage, body: string | null): ApiResult => ({
  kind: 'answered',
  status: statusCode ?? 0,
  retryAfter: headers['retry-after'] ?? null,
  body,
})

/** Null when it breaks off, or is longer than an honest answer. */
function readBody(
  response: IncomingMessage,
  longestBytes: number,
  done: (body: string | null) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > longestBytes) done(null)
    else chunks.push(chunk)
  })
  response.on('end', () => done(Buffer.concat(chunks).toString()))
  response.on('error', () => done(null))
  response.on('close', () => done(null))
}

function reasonOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : error.message
}

/** The `Authorization` header for a name and a password. */
export const basicAuth = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
