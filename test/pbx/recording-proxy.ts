import { connect, createServer, type Socket } from 'node:net'

/** Stands between Parley and a real AMI, keeps what Parley sends, and can fail like a network. */
export interface RecordingProxy {
  readonly port: number
  /** The actions sent, each as its headers by name in lower case. */
  actions(): ReadonlyMap<string, string>[]
  /** Called with each action before it goes on. */
  onAction(listener: (action: ReadonlyMap<string, string>) => void): void
  /** Reads nothing more of what the PBX says, as a client that hangs. */
  stall(): void
  /** Reads on: first what was left, then that the PBX hung up, if it did. */
  resume(): void
  close(): Promise<void>
}

export async function startRecordingProxy(amiPort: number): Promise<RecordingProxy> {
  const actions: ReadonlyMap<string, string>[] = []
  const listeners: ((action: ReadonlyMap<string, string>) => void)[] = []
  const sockets = new Set<Socket>()
  const upstreams = new Map<Socket, Socket>()
  const server = createServer((client) => {
    const upstream = connect(amiPort, '127.0.0.1')
    let buffer = ''
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    upstreams.set(upstream, client)
    upstream.on('close', () => {
      upstreams.delete(upstream)
      client.destroy()
    })
    client.on('close', () => upstream.destroy())
    client.on('data', (bytes) => {
      buffer += bytes.toString('latin1')
      const blocks = buffer.split('\r\n\r\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) {
        const action = headersOf(block)
        actions.push(action)
        for (const listener of listeners) listener(action)
      }
      upstream.write(bytes)
    })
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    actions: () => actions,
    onAction: (listener) => void listeners.push(listener),
    stall() {
      for (const upstream of upstreams.keys()) {
        upstream.unpipe()
        upstream.pause()
      }
    },
    resume() {
      for (const [upstream, client] of upstreams) upstream.pipe(client)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const headersOf = (block: string): ReadonlyMap<string, string> =>
  new Map(
    block.split('\r\n').map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
    }),
  )
