import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface StartedServer {
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
    ...JSON.parse(line),
    async close() {
      child.stdin.end()
      await exited
    },
  }
}
