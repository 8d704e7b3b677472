import { setTimeout as sleep } from 'node:timers/promises'
import { type Figure, median, quantile } from './figures.ts'
import { commitTimesMs } from './inbound-throughput.ts'
import { openPanel, startServer } from './started-server.ts'
import { carrierId, type SignedMessage, signedMessages } from './twilio-messages.ts'

const perSecond = 100
const seconds = 10

/** From the carrier's call to the frame on a panel's socket, at a steady rate. */
export async function measureInboundLatency(): Promise<Figure[]> {
  const server = await startServer('parley')
  const commits = commitTimesMs(200)
  try {
    const arrivals: number[] = []
    const panel = await openPanel(server, (frame) => {
      if (frame.type === 'event' && frame.event.kind === 'message-received') arrivals.push(performance.now())
    })

    await send(server.port, signedMessages(perSecond, 'w'))
    while (arrivals.length < perSecond) await sleep(5)
    arrivals.length = 0
    const messages = signedMessages(perSecond * seconds, 'l')
    const departures = await send(server.port, messages)
    const deadline = performance.now() + 5000
    while (arrivals.length < messages.length && performance.now() < deadline) await sleep(5)
    if (arrivals.length !== messages.length)
      throw new Error(`${arrivals.length} of ${messages.length} reached the panel`)
    panel.close()

    // Frames come in commit order, which is the order of departure but for neighbours that shared a commit.
    const latencies = arrivals.map((at, index) => at - (departures[index] ?? at))
    const commit = median(commits)
    const figure = (name: string, value: number): Figure => ({
      name,
      value,
      unit: 'ms',
      ratio: { value: value / commit, of: 'full_commit' },
    })
    return [
      { name: 'full_commit', value: commit, unit: 'ms' },
      figure('inbound_to_panel_p50', median(latencies)),
      figure('inbound_to_panel_p99', quantile(latencies, 0.99)),
    ]
  } finally {
    await server.close()
  }
}

/** Sends at the steady rate, never waiting for answers; returns when each left. */
async function send(port: number, messages: readonly SignedMessage[]): Promise<number[]> {
  const departures: number[] = []
  const answers: Promise<void>[] = []
  const started = performance.now()
  for (const [index, message] of messages.entries()) {
    const due = started + (index * 1000) / perSecond
    while (performance.now() < due) await sleep(Math.max(0, due - performance.now()))
    departures.push(performance.now())
    answers.push(post(port, message))
  }
  await Promise.all(answers)
  return departures
}

async function post(port: number, { body, signature }: SignedMessage): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/${carrierId}`, {
    method: 'POST',
    body,
    headers,
  })
  if (response.status !== 200) throw new Error(`the webhook answered ${response.status}`)
  await response.text()
}
