import { createServer, type Socket } from 'node:net'

export interface SeenRequest {
  readonly line: string
  readonly headers: ReadonlyMap<string, string>
  readonly form: URLSearchParams
}

/** What the fake does once it has read a whole request. */
export type Behaviour = (socket: Socket, request: SeenRequest) => void

/** A Twilio on 127.0.0.1 that answers as told, byte for byte, and counts what it was really sent. */
export async function startFakeTwilio() {
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let behave: Behaviour = () => {}
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A client that gives up resets the connection: that is part of what is tested.
    socket.on('error', () => socket.destroy())
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const request = readRequest(text)
      if (request === null) return
      text = ''
      seen.push(request)
      behave(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    connections: () => connections,
    behave(behaviour: Behaviour) {
      behave = behaviour
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function readRequest(text: string): SeenRequest | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [line = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map(
    lines.map((header) => {
      const colon = header.indexOf(':')
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()] as const
    }),
  )
  const body = text.slice(end + 4)
  if (body.length < Number(headers.get('content-length') ?? 0)) return null
  return { line, headers, form: new URLSearchParams(body) }
}

/** A whole HTTP answer. */
export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (socket) => {
    const lines = Object.entries({
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    })
    socket.write(
      `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    )
  }
