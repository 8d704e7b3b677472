import fastifyWebsocket from '@fastify/websocket'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ClientFrame, ServerFrame } from '../contract/live.ts'
import type { LiveHub, LivePeer } from './live-hub.ts'

const frameLimitBytes = 8 * 1024
/** Who does not read is let go: what he missed, he gets by his cursor when he comes back. */
const mostUnreadBytes = 1024 * 1024
const helloWithinMs = 10_000
const pingEveryMs = 20_000

const Frame = Type.Union([
  Type.Object(
    {
      type: Type.Literal('hello'),
      token: Type.String({ maxLength: 2048 }),
      cursor: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
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

/** The `/live` WebSocket. The token comes in the first frame, since URLs end up in logs. */
export const liveRoutes: FastifyPluginAsync<{ readonly hub: LiveHub }> = async (app, { hub }) => {
  await app.register(fastifyWebsocket, { options: { maxPayload: frameLimitBytes } })

  app.get('/live', { websocket: true, schema: { hide: true } }, (socket) => {
    let session: ReturnType<LiveHub['admit']> = null
    let answered = true
    const hurry = setTimeout(() => socket.close(), helloWithinMs)
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
        session = hub.admit(peer, frame.token, frame.cursor)
      } else if (session === null) return
      else if (frame.type === 'renew') hub.renew(session, frame.token)
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
