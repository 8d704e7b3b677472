import { once } from 'node:events'
import { connect } from 'node:net'
import type { Login } from '../../module/lab/asterisk-credentials.ts'

/**
 * Asks the same of Asterisk as fast as a socket carries it and does nothing with the answers but find their ends:
 * what any reading of it must take. Returns ms.
 */
export async function askRaw(
  port: number,
  login: Login,
  actions: readonly ReadonlyMap<string, string>[],
): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  const began = performance.now()
  let missing = actions.length + 1
  let rest = ''
  const done = Promise.withResolvers<void>()
  socket.on('data', (text: string) => {
    const messages = (rest + text).split('\r\n\r\n')
    rest = messages.pop() ?? ''
    for (const message of messages) if (endsAnswer(message)) missing--
    if (missing === 0) done.resolve()
  })
  socket.on('error', done.reject)
  socket.on('close', () => done.reject(new Error(`Asterisk hung up with ${missing} answers to come`)))
  socket.write(
    `Action: Login\r\nUsername: ${login.username}\r\nSecret: ${login.secret}\r\nEvents: off\r\n\r\n`,
  )
  for (const action of actions)
    socket.write(`${[...action].map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`)
  await done.promise
  const ms = performance.now() - began
  socket.destroy()
  return ms
}

/** A list ends with its own last event; a response that begins none is the whole answer. */
const endsAnswer = (message: string): boolean =>
  /^EventList: Complete/im.test(message) ||
  (/^Response: /im.test(message) && !/^EventList: start/im.test(message))
