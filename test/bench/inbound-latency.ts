import { setTimeout as sleep } from 'node:timers/promises'
import { CommitProbe } from './commit-probe.ts'
import { type Figure, median, quantile } from './figures.ts'
import { openPanel, startServer } from './started-server.ts'
import { carrierId, type SignedMessage, signedMessages } from './twilio-messages.ts'

const perSecond = 100
const secondsPerRound = 3
const rounds = 4

/**
 * From the carrier's call to the frame on a panel's socket, at a steady rate. The baseline is one bare commit
 * with `synchronous=FULL` at the same rate, in turn with it: a disk or a machine that stalls stalls both.
 */
export async function measureInboundLatency(): Promise<Figure[]> {
  const server = await startServer('parley')
  const probe = new CommitProbe()
  const commits: number[] = []
  const latencies: number[] = []
  const arrivals: number[] = []
  const panel = await openPanel(server, (frame) => {
    if (frame.type === 'event' && frame.event.kind === 'message-received') arrivals.push(performance.now())
  })
  try {
    await roundOf('w')
    for (let round = 0; round < rounds; round++) {
      for (const _ of signedMessages(perSecond * secondsPerRound, 'c')) {
        commits.push(probe.commitMs())
        await sleep(1000 / perSecond)
      }
      latencies.push(...(await roundOf(`l${round}x`)))
    }
  } finally {
    panel.close()
    probe.close()
    await server.close()
  }
  const figure = (name: string, share: number): Figure => ({
    name,
    value: quantile(latencies, share),
    unit: 'ms',
    ratio: { value: quantile(latencies, share) / median(commits), of: 'full_commit_p50' },
  })
  return [
    { name: 'full_commit_p50', value: median(commits), unit: 'ms' },
    { name: 'full_commit_p99', value: quantile(commits, 0.99), unit: 'ms' },
    figure('inbound_to_panel_p50', 0.5),
    figure('inbound_to_panel_p99', 0.99),
  ]

  async function roundOf(prefix: string): Promise<number[]> {
    arrivals.length = 0
    const messages = signedMessages(perSecond * secondsPerRound, prefix)
    const departures = await send(server.port, messages)
    const deadline = performance.now() + 5000
    while (arrivals.length < messages.length && performance.now() < deadline) await sleep(5)
    if (arrivals.length !== messages.length)
      throw new Error(`${arrivals.length} of ${messages.length} reached the panel`)
    // Frames come in commit order, which is the order of departure but for neighbours that shared a commit.
    return arrivals.map((at, index) => at - (departures[index] ?? at))
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
