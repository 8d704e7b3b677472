import { setTimeout as sleep } from 'node:timers/promises'
import type { MessageQueueFact } from '../../app/doctor/facts.ts'
import { type AmiMessage, count, eventName, field } from '../ami-message.ts'
import { type Asked, listOrNone, variable } from '../directory/asking.ts'

/** The one channel that runs the dialplan for every SIP MESSAGE of the PBX. */
const messageChannel = 'Message/ast_msg_queue'

export interface MessageQueueTimes {
  /** A text that has not moved for so long blocks the others. */
  readonly stuckMs: number
  readonly lookEveryMs: number
}

export const usualMessageQueueTimes: MessageQueueTimes = { stuckMs: 5_000, lookEveryMs: 250 }

const free: MessageQueueFact = { stuckIn: null, stuckMs: 0 }

/**
 * Whether a text holds up all others. The channel stays for good once the first text came, its Duration counting
 * from then and its last application still on show (measured): its age says nothing. What tells is that it runs
 * the dialplan, and goes on running the same line of it, look after look.
 */
export async function readMessageQueue(
  ami: Asked,
  times: MessageQueueTimes = usualMessageQueueTimes,
): Promise<MessageQueueFact> {
  const began = performance.now()
  const first = await runningLine(ami)
  if (first === null) return free
  const waitedMs = await waitedInQueueMs(ami)
  if (waitedMs >= times.stuckMs) return { stuckIn: first, stuckMs: waitedMs }
  while (performance.now() - began < times.stuckMs) {
    await sleep(times.lookEveryMs)
    if ((await runningLine(ami)) !== first) return free
  }
  return { stuckIn: first, stuckMs: performance.now() - began }
}

/** The line of the dialplan that a text is in right now; null when none is. */
async function runningLine(ami: Asked): Promise<string | null> {
  const [channels, running] = await Promise.all([
    ami.list({ action: 'CoreShowChannels' }),
    variable(ami, { kind: 'running-calls' }),
  ])
  const message = channels.find((channel) => field(channel, 'channel') === messageChannel)
  if (message === undefined) return null
  const others = channels.filter((channel) => channel !== message)
  const runs =
    running === null || running === ''
      ? await showsByOthers(ami, message, others)
      : // All dialplans that run but those of other channels can only be the text's.
        Number(running) > others.filter(runsDialplan).length
  return runs ? lineOf(message) : null
}

/** Where func_sysinfo.so is not loaded: a text that waits in a call queue, or has dialled somebody. */
const showsByOthers = async (
  ami: Asked,
  message: AmiMessage,
  others: readonly AmiMessage[],
): Promise<boolean> =>
  others.some((channel) => field(channel, 'linkedid') === field(message, 'linkedid')) ||
  (await waitedInQueueMs(ami)) > 0

function lineOf(channel: AmiMessage): string {
  const part = (name: string) => (field(channel, name) ?? '').slice(0, 80)
  return `${part('application')}(${part('applicationdata')}) at [${part('context')}] exten => ${part('exten')},${part('priority')}`
}

/** What is dialled by another channel shows one of these, and runs no dialplan of its own. */
const dialled: ReadonlySet<string> = new Set(['', 'AppDial', 'AppDial2', 'AppQueue'])

const runsDialplan = (channel: AmiMessage): boolean => !dialled.has(field(channel, 'application') ?? '')

/** A call queue knows how long everybody has waited in it. */
async function waitedInQueueMs(ami: Asked): Promise<number> {
  const entries = await listOrNone(ami, { action: 'QueueStatus' })
  const own = entries.filter(
    (entry) => eventName(entry) === 'queueentry' && field(entry, 'channel') === messageChannel,
  )
  return Math.max(0, ...own.map((entry) => count(entry, 'wait') * 1000))
}
