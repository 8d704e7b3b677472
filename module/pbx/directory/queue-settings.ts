import { isPlainName } from '../ami-request.ts'
import type { Asked } from './asking.ts'
import { inTurns, variable } from './asking.ts'
import type { QueueReading } from './queues.ts'
import { interfaceOfMemberLine } from './queues.ts'
import { createRotation } from './rotation.ts'

/** What only queues.conf tells of a queue: the order of its static members, and its wrap-up. */
interface Settings {
  /** The static members that they were read for: others ask for another reading. */
  readonly statics: string
  readonly configured: readonly string[]
  readonly wrapUpMs: number
}

interface QueueSettings {
  /** Completes the queues; of those known it asks anew as many as there is room for. */
  complete(
    ami: Asked,
    queues: ReadonlyMap<string, QueueReading>,
    room: number,
  ): Promise<Map<string, QueueReading>>
}

export function createQueueSettings(): QueueSettings {
  const rotation = createRotation<QueueReading>()
  let known = new Map<string, Settings>()
  return {
    async complete(ami, queues, room) {
      const readable = [...queues.values()].filter(({ number }) => isPlainName(number))
      // One request for the wrap-up and one for each static member: the room is for about so many queues.
      const each =
        1 + readable.reduce((sum, queue) => sum + staticsOf(queue).length, 0) / (readable.length || 1)
      const isNew = (queue: QueueReading) => known.get(queue.number)?.statics !== staticsOf(queue).join('&')
      const turn = rotation.take(readable, Math.ceil(room / each), isNew)
      const settings = new Map([...known].filter(([number]) => queues.has(number)))
      await inTurns(turn, async (queue) => {
        settings.set(queue.number, await readOne(ami, queue))
      })
      known = settings
      return new Map(
        [...queues].map(([number, queue]) => {
          const { configured, wrapUpMs } = settings.get(number) ?? queue
          return [number, { ...queue, configured, wrapUpMs }]
        }),
      )
    },
  }
}

const staticsOf = (queue: QueueReading): string[] =>
  [...queue.lines.values()]
    .filter((line) => line.isStatic)
    .map((line) => line.interface)
    .sort()

/** Asterisk lists a queue's members in no order of its own; a linear queue needs that of queues.conf. */
async function readOne(ami: Asked, queue: QueueReading): Promise<Settings> {
  const statics = staticsOf(queue)
  const [wrapUp, ...lines] = await Promise.all([
    variable(ami, { kind: 'queue-wrap-up', queue: queue.number }),
    ...(statics.length < 2 ? [] : statics).map((_, index) =>
      variable(ami, { kind: 'queue-member-line', queue: queue.number, index }),
    ),
  ])
  const seconds = /^\d{1,6}$/.test(wrapUp ?? '') ? Number(wrapUp) : 0
  return {
    statics: statics.join('&'),
    configured: lines.map((line) => interfaceOfMemberLine(line ?? '')),
    wrapUpMs: seconds * 1000,
  }
}
