import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AsteriskPorts } from './asterisk-config.ts'

const HOST = '127.0.0.1'

/** Ports that nobody uses just now. Another process may be quicker: who binds them must be ready to ask again. */
export async function freePorts(): Promise<AsteriskPorts> {
  const [sip, ami, http] = await Promise.all([bindUdp(0), bindTcp(0), bindTcp(0)])
  return { sip, ami, http }
}

/** Asterisk's usual ports where they are free, else the next free ones above them. */
export async function usualPorts(): Promise<AsteriskPorts> {
  return {
    sip: await firstFrom(5060, bindUdp),
    ami: await firstFrom(5038, bindTcp),
    http: await firstFrom(8088, bindTcp),
  }
}

/** The first free TCP port of the loopback from `port` on. */
export const freeTcpPortFrom = (port: number): Promise<number> => firstFrom(port, bindTcp)

async function firstFrom(port: number, bind: (port: number) => Promise<number>): Promise<number> {
  for (let candidate = port; candidate < port + 100; candidate += 1) {
    try {
      return await bind(candidate)
    } catch (error) {
      if (!isTaken(error)) throw error
    }
  }
  throw new Error(`All ports from ${port} to ${port + 99} are in use on ${HOST}.`)
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')

async function bindTcp(port: number): Promise<number> {
  const server = createServer()
  server.listen(port, HOST)
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  await once(server, 'close')
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

async function bindUdp(port: number): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(port, HOST)
  await once(socket, 'listening')
  const bound = socket.address().port
  socket.close()
  await once(socket, 'close')
  return bound
}
