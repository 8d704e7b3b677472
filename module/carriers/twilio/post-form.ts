import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface FormPost {
  readonly url: URL
  readonly user: string
  readonly password: string
  readonly form: URLSearchParams
  /** For the whole exchange, the connection included. */
  readonly deadlineMs: number
}

export type PostResult =
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

/** An honest answer has some hundred bytes. */
const longestAnswerBytes = 64 * 1024

/**
 * One POST on a connection of its own. A pooled one may be closing while it is used, which looks like a request
 * lost after it was written; and a client that repeats requests by itself would send a message twice.
 * Redirects are not followed: the credentials are for this host alone. Never rejects.
 */
export function postForm(post: FormPost): Promise<PostResult> {
  return new Promise((resolve) => {
    let connected = false
    let response: IncomingMessage | null = null
    const fail = (reason: string): void => {
      // A status that came says more than a body that did not.
      if (response !== null) settle(answered(response, null))
      else settle({ kind: connected ? 'lost' : 'not-written', reason })
    }
    const timer = setTimeout(() => fail(`no answer within ${post.deadlineMs} ms`), post.deadlineMs)
    const request = open(post)
    function settle(result: PostResult): void {
      clearTimeout(timer)
      resolve(result)
      request.destroy()
    }
    request.on('error', (error) => fail(reasonOf(error)))
    request.on('socket', (socket) =>
      socket.once(post.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true
      }),
    )
    request.on('response', (incoming) => {
      response = incoming
      readBody(incoming, (body) => settle(answered(incoming, body)))
    })
    request.end(post.form.toString())
  })
}

function open({ url, user, password }: FormPost): ClientRequest {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return request(url, {
    method: 'POST',
    agent: false,
    auth: `${user}:${password}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
  })
}

const answered = ({ statusCode, headers }: IncomingMessage, body: string | null): PostResult => ({
  kind: 'answered',
  status: statusCode ?? 0,
  retryAfter: headers['retry-after'] ?? null,
  body,
})

/** Null when it breaks off, or is longer than an honest answer. */
function readBody(response: IncomingMessage, done: (body: string | null) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > longestAnswerBytes) done(null)
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
