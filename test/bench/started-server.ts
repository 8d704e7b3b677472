import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import type { ServerFrame } from '../../module/contract/live.ts'

export interface StartedServer {
  readonly kind: 'bare' | 'parley'
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

const server = fileURLToPath(new URL('bench-server.ts', import.meta.url))

export async function startServer(kind: 'bare' | 'parley'): Promise<StartedServer> {
  const child = spawn(process.execPath, [server, kind], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error(`the ${kind} server did not start`))),
  ])
  return {
    kind,
    ...JSON.parse(line),
    async close() {
      child.stdin.end()
      await exited
    },
  }
}

/** An agent at his panel: without one, each message would ring a phone besides. */
export async function openPanel(
  { port, token }: StartedServer,
  onFrame: (frame: ServerFrame) => void,
): Promise<{ close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
  await once(socket, 'open')
  const ready = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const frame: ServerFrame = JSON.parse(data.toString())
      if (frame.type === 'ready') resolve()
      onFrame(frame)
    })
  })
  socket.send(JSON.stringify({ type: 'hello', token, cursor: null }))
  await ready
  return { close: () => socket.terminate() }
}
