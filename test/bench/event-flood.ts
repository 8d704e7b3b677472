// A process of its own that has Asterisk send events at a steady rate: UserEvents, and device states that change with
// each. Reads a FloodOrder from its standard input; prints, as JSON, how many Asterisk confirmed and how long that took.
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FloodOrder {
  readonly port: number
  readonly username: string
  readonly secret: string
  readonly seconds: number
  readonly userEventsPerSecond: number
  readonly stateChangesPerSecond: number
  readonly devices: readonly string[]
  /** What each device is to be at the end. */
  readonly last: readonly ('BUSY' | 'NOT_INUSE')[]
}

export interface FloodResult {
  readonly events: number
  readonly ms: number
}

const stepMs = 20

const order: FloodOrder = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await flood(order)))

async function flood({ devices, last, ...order }: FloodOrder): Promise<FloodResult> {
  const socket = connect(order.port, '127.0.0.1')
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  let answers = 0
  let tail = ''
  let failures = 0
  socket.on('data', (part: string) => {
    const all = tail + part
    const end = all.lastIndexOf('\r\n\r\n')
    tail = end === -1 ? all : all.slice(end)
    const whole = end === -1 ? '' : all.slice(0, end)
    answers += whole.split('Response: Success').length - 1
    failures += whole.split('Response: Error').length - 1
  })
  const send = (...lines: string[]) => void socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const setState = (index: number, state: string) =>
    send('Action: Setvar', `Variable: DEVICE_STATE(${devices[index]})`, `Value: ${state}`)
  send('Action: Login', `Username: ${order.username}`, `Secret: ${order.secret}`, 'Events: off')

  const began = performance.now()
  const userEvents = order.seconds * order.userEventsPerSecond
  const changes = order.seconds * order.stateChangesPerSecond
  let [sentEvents, sentChanges] = [0, 0]
  const due = (total: number) =>
    Math.min(total, Math.floor((total * (performance.now() - began)) / (order.seconds * 1000)))
  while (sentEvents < userEvents || sentChanges < changes) {
    while (sentEvents < due(userEvents)) {
      send('Action: UserEvent', 'UserEvent: ParleySpooled', `Id: ${sentEvents++}`)
    }
    while (sentChanges < due(changes)) {
      // Each round over all devices turns every one of them.
      const [round, index] = [Math.floor(sentChanges / devices.length), sentChanges % devices.length]
      setState(index, round % 2 === 0 ? 'BUSY' : 'NOT_INUSE')
      sentChanges++
    }
    // Where Asterisk falls behind, it is not buried: what was sent is what was asked for, only later.
    while (sentEvents + sentChanges - answers > 20_000) await sleep(5)
    await sleep(stepMs)
  }
  for (const [index, state] of last.entries()) setState(index, state)
  const total = userEvents + changes + last.length
  while (answers + failures < total + 1) await sleep(5)
  const ms = performance.now() - began
  socket.destroy()
  if (failures > 0) throw new Error(`Asterisk refused ${failures} of ${total}`)
  return { events: userEvents + changes, ms }
}
