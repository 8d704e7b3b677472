import { connect } from 'node:net'

/** Nobody listens on an instance's control socket: it is not up yet, or no more. */
export class ConsoleClosed extends Error {
  constructor(cause?: unknown) {
    super('Asterisk does not answer on its control socket.', { cause })
    this.name = 'ConsoleClosed'
  }
}

/**
 * Runs one CLI command over Asterisk's control socket, as `asterisk -rx` does, and returns what it prints.
 * Asterisk greets with a line about itself, takes commands ended by NUL, and hangs up after `cli quit after`.
 */
export async function askConsole(socketPath: string, command: string, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(socketPath)
  let answer = ''
  socket.setEncoding('utf8')
  socket.setTimeout(timeoutMs, () => {
    socket.destroy(new Error(`Asterisk took more than ${timeoutMs} ms for "${command}".`))
  })
  socket.on('connect', () => socket.write(`cli quit after ${command}\0`))
  socket.on('data', (text) => {
    answer += text
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const closed = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code ?? '')
    reject(closed ? new ConsoleClosed(error) : error)
  })
  socket.on('close', () => resolve(withoutGreeting(answer)))
  return promise
}

const withoutGreeting = (answer: string): string => answer.slice(answer.indexOf('\n') + 1).trim()
