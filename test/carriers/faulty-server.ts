import { createServer, type Socket } from 'node:net'

export interface SeenRequest {
  readonly method: string
  /** Path and query as they stood in the request. */
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** The body read as a form. */
  readonly form: URLSearchParams
}

/** What the server does once it has read a whole request. */
export type Behaviour = (socket: Socket, request: SeenRequest) => void

export type FaultyServer = Awaited<ReturnType<typeof startFaultyServer>>

/** A carrier's API on 127.0.0.1 that answers as told, byte for byte, and counts what it was really sent. */
export async function startFaultyServer() {
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
    let bytes: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      const request = readRequest(bytes)
      if (request === null) return
      bytes = Buffer.alloc(0)
      seen.push(request)
      behave(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    /** The request that came last. */
    last(): SeenRequest {
      const request = seen.at(-1)
      if (request === undefined) throw new Error('no request came')
      return request
    },
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

function readRequest(bytes: Buffer): SeenRequest | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [line = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(
    lines.map((header) => {
      const colon = header.indexOf(':')
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()] as const
    }),
  )
  const rest = bytes.subarray(end + 4)
  if (!isWhole(rest, headers)) return null
  const body = rest.toString()
  const [method = '', path = ''] = line.split(' ')
  return { method, path, headers, body, form: new URLSearchParams(body) }
}

const isWhole = (rest: Buffer, headers: ReadonlyMap<string, string>): boolean =>
  headers.get('transfer-encoding') === 'chunked'
    ? rest.includes('0\r\n\r\n')
    : rest.length >= Number(headers.get('content-length') ?? 0)

/** A whole HTTP answer. */
export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (socket) => {
    socket.write(wholeAnswer(status, body, headers))
  }

export function wholeAnswer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries({
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  })
  return `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/** Promises a whole body and delivers half of it. */
export const cutShort =
  (status: number, body: string, then: 'reset' | 'end' | 'hang'): Behaviour =>
  (socket) => {
    const head = `HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
    socket.write(head + body.slice(0, Math.floor(body.length / 2)), () => {
      // Later, or the reset would take back what was written.
      if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 30)
      if (then === 'end') socket.end()
    })
  }

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
