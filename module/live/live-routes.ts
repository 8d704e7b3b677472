import fastifyWebsocket from '@fastify/websocket'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ClientFrame, ServerFrame } from '../contract/live.ts'
import type { LiveHub, LivePeer } from './live-hub.ts'

const frameLimitBytes = 8 * 1024
/** Who does not read is let go: what he missed, he gets by his cursor when he comes back. */
const mostUnreadBytes = 1024 * 1024
const helloWithinMs = 10_000
/** Sockets that did not say yet who they are: more are turned away. */
const mostStrangers = 200
const mostStrangersPerAddress = 20
const pingEveryMs = 20_000

const Frame = Type.Union([
  Type.Object(
    {
      type: Type.Literal('hello'),
      token: Type.String({ maxLength: 2048 }),
      cursor: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
      quiet: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { type: Type.Literal('renew'), token: Type.String({ maxLength: 2048 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      type: Type.Literal('viewing'),
      conversationId: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { type: Type.Literal('typing'), conversationId: Type.String({ maxLength: 64 }) },
    { additionalProperties: false },
  ),
])

export interface LiveRoutesDeps {
  readonly hub: LiveHub
  /** Whose pages may open it besides those of the address that it is reached at. */
  readonly allowedOrigins: readonly string[]
  readonly helloWithinMs?: number
}

/** The `/live` WebSocket. The token comes in the first frame, since URLs end up in logs. */
export const liveRoutes: FastifyPluginAsync<LiveRoutesDeps> = async (app, deps) => {
  const { hub } = deps
  const strangers = createStrangers()
  await app.register(fastifyWebsocket, {
    options: { maxPayload: frameLimitBytes },
    // A frame that is too large is its sender's fault: the log gets a word for it, not the place in the library.
    errorHandler(error, socket, request) {
      const { code } = error as NodeJS.ErrnoException
      request.log.warn({ code }, 'A live socket was ended because of what it sent')
      socket.terminate()
    },
  })

  async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!isWelcome(request, deps.allowedOrigins)) return reply.code(403).send(problems.origin)
    if (!strangers.hasRoom(request.ip)) return reply.code(429).header('retry-after', '10').send(problems.full)
    return undefined
  }

  const options = { websocket: true, schema: { hide: true }, onRequest: turnAway } as const
  app.get('/live', options, (socket, request) => {
    const caller = { address: request.ip, userAgent: request.headers['user-agent'] }
    const introduced = strangers.arrived(request.ip)
    let session: ReturnType<LiveHub['admit']> = null
    let answered = true
    const hurry = setTimeout(() => socket.terminate(), deps.helloWithinMs ?? helloWithinMs)
    const heartbeat = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    }, pingEveryMs)

    const peer: LivePeer = {
      send(frame) {
        if (socket.readyState !== socket.OPEN) return
        if (socket.bufferedAmount > mostUnreadBytes) return socket.terminate()
        socket.send(JSON.stringify(frame))
      },
      end: () => socket.close(),
    }

    socket.on('pong', () => {
      answered = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearTimeout(hurry)
      clearInterval(heartbeat)
      introduced()
      if (session !== null) hub.drop(session)
    })
    socket.on('message', (data) => {
      const frame = readFrame(data.toString())
      if (frame === null || (frame.type === 'hello') !== (session === null)) {
        peer.send(badFrame)
        return socket.close()
      }
      if (frame.type === 'hello') {
        clearTimeout(hurry)
        introduced()
        session = hub.admit(peer, frame, caller)
      } else if (session === null) return
      else if (frame.type === 'renew') hub.renew(session, frame.token, caller)
      else hub.watch(session, frame)
    })
  })
}

const badFrame: ServerFrame = {
  type: 'refused',
  code: 'bad-frame',
  sentence: 'This panel and the server do not understand each other. Reload the page.',
}

function readFrame(text: string): ClientFrame | null {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(Frame, value) ? value : null
  } catch {
    return null
  }
}

/** Counts the sockets that have not said hello. */
function createStrangers() {
  const byAddress = new Map<string, number>()
  let all = 0
  return {
    hasRoom: (address: string): boolean =>
      all < mostStrangers && (byAddress.get(address) ?? 0) < mostStrangersPerAddress,

    /** Gives what is to be called when it has said hello, or has gone; twice does no harm. */
    arrived(address: string): () => void {
      all += 1
      byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
      let counted = true
      return () => {
        if (!counted) return
        counted = false
        all -= 1
        const left = (byAddress.get(address) ?? 1) - 1
        if (left === 0) byAddress.delete(address)
        else byAddress.set(address, left)
      }
    },
  }
}

/** A browser says whose page opens a socket. Programs say nothing, and need no protection from pages. */
function isWelcome(request: FastifyRequest, allowedOrigins: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin === undefined || allowedOrigins.includes(origin)) return true
  const own = URL.parse(origin)
  // In the scheme of the page: behind a proxy ours is another one.
  return own !== null && URL.parse(`${own.protocol}//${request.host}`)?.host === own.host
}

const refusalOf = (status: number, code: string, detail: string) => ({
  type: `urn:parley:problem:${code}`,
  title: 'Not allowed',
  status,
  code,
  detail,
})

const problems = {
  origin: refusalOf(403, 'foreign-origin', 'Pages of this origin may not open the live socket.'),
  full: refusalOf(429, 'too-many-sockets', 'Too many sockets wait to say who they are. Try again soon.'),
} as const
