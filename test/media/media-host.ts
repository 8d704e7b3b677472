import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'

export interface MediaHost {
  readonly origin: string
  readonly port: number
  /** What was asked for, oldest first. */
  readonly requests: IncomingMessage[]
  /** What answers a path; anything else gets 404. */
  on(path: string, answer: RequestListener): string
  close(): Promise<void>
}

/** A carrier's file host that does as a test says. Listens on a loopback address. */
export async function startMediaHost(address = '127.0.0.1'): Promise<MediaHost> {
  const answers = new Map<string, RequestListener>()
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const answer = answers.get(request.url ?? '')
    if (answer === undefined) response.writeHead(404).end()
    else answer(request, response)
  })
  server.listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const origin = `http://${address}:${port}`
  return {
    origin,
    port,
    requests,
    on(path, answer) {
      answers.set(path, answer)
      return origin + path
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A PNG of one pixel, but for its header, which says another size. */
export function png(width = 3, height = 2): Buffer {
  const bytes = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}
