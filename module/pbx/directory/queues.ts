import type { QueueStrategy } from '../../domain/directory/group.ts'
import { queueStrategies } from '../../domain/directory/group.ts'
import type { Millis } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { count, eventName, field } from '../ami-message.ts'

/** One member as Asterisk tells it. */
export interface QueueLine {
  readonly interface: string
  readonly stateInterface: string
  /** Null where it only repeats the interface. */
  readonly name: string | null
  readonly isStatic: boolean
  readonly penalty: number
  readonly paused: boolean
  readonly pausedReason: string | null
  readonly lastCallAt: Millis | null
  readonly inCall: boolean
  /** The member's own wrap-up, which goes before the queue's; 0 where it has none. */
  readonly wrapUpMs: number
  /** When it logged in; orders the dynamic ones. */
  readonly loggedInAt: Millis
}

/** One queue, before its members are known as extensions. */
export interface QueueReading {
  readonly number: string
  readonly strategy: QueueStrategy
  readonly lines: ReadonlyMap<string, QueueLine>
  /** The interfaces of queues.conf in its order, which Asterisk's own lists do not keep. */
  readonly configured: readonly string[]
  /** queues.conf's `wrapuptime`, which no answer carries. */
  readonly wrapUpMs: number
  /** Extensions allowed to log in, with their penalty: FreePBX's `QPENALTY/<queue>/agents`. */
  readonly allowed: ReadonlyMap<string, number>
}

/** A `QueueStatus` answer with the allowed agents of every queue. */
export function readQueues(
  answer: readonly AmiMessage[],
  allowed: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Map<string, QueueReading> {
  const queues = new Map<string, QueueReading>()
  const lines = new Map<string, Map<string, QueueLine>>()
  for (const message of answer) {
    const number = field(message, 'queue')
    if (number === undefined || !isQueueName(number)) continue
    if (eventName(message) === 'queueparams') {
      const own = new Map<string, QueueLine>()
      lines.set(number, own)
      queues.set(number, {
        number,
        strategy: strategyOf(field(message, 'strategy')),
        lines: own,
        configured: [],
        wrapUpMs: 0,
        allowed: allowed.get(number) ?? new Map(),
      })
    } else if (eventName(message) === 'queuemember') {
      const line = readQueueLine(message)
      if (line !== null) lines.get(number)?.set(line.interface, line)
    }
  }
  return queues
}

/** The listed form says Name and Location, the unasked one MemberName and Interface. */
export function readQueueLine(message: AmiMessage): QueueLine | null {
  const line = field(message, 'location') ?? field(message, 'interface') ?? ''
  if (line === '') return null
  const name = field(message, 'name') ?? field(message, 'membername') ?? ''
  const reason = field(message, 'pausedreason') ?? ''
  const paused = field(message, 'paused') === '1'
  const lastCall = count(message, 'lastcall')
  return {
    interface: line,
    stateInterface: field(message, 'stateinterface') ?? '',
    name: name === '' || name === line ? null : name,
    isStatic: field(message, 'membership') === 'static',
    penalty: count(message, 'penalty'),
    paused,
    pausedReason: paused && reason !== '' ? reason : null,
    lastCallAt: lastCall > 0 ? lastCall * 1000 : null,
    inCall: field(message, 'incall') === '1',
    wrapUpMs: count(message, 'wrapuptime') * 1000,
    loggedInAt: count(message, 'logintime') * 1000,
  }
}

/** `DBGetTree QPENALTY`: `/QPENALTY/8000/agents/104` → 2, by queue. */
export function readAllowedAgents(answer: readonly AmiMessage[]): Map<string, Map<string, number>> {
  const allowed = new Map<string, Map<string, number>>()
  for (const message of answer) {
    const [, queue, agent] = /^\/QPENALTY\/([^/]+)\/agents\/([^/]+)$/.exec(field(message, 'key') ?? '') ?? []
    if (queue === undefined || agent === undefined) continue
    const agents = allowed.get(queue) ?? new Map<string, number>()
    agents.set(agent, count(message, 'val'))
    allowed.set(queue, agents)
  }
  return allowed
}

/** The interface of one `member =>` line of queues.conf, `Local/101@from-queue/n,0,"Alice Adams",hint:…`. */
export const interfaceOfMemberLine = (line: string): string => line.split(',', 1)[0]?.trim() ?? ''

/** `default` or `Ventas España` on a plain Asterisk; a slash would break the group's key. */
const isQueueName = (name: string): boolean => /^[^/\p{C}]{1,80}$/u.test(name)

const strategyOf = (name: string | undefined): QueueStrategy =>
  queueStrategies.find((strategy) => strategy === name) ?? 'ringall'
