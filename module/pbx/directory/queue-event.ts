import type { Millis } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { eventName, field } from '../ami-message.ts'
import type { QueueReading } from './queues.ts'
import { readQueueLine } from './queues.ts'

/**
 * The queue after one QueueMember event; the same object when nothing of ours changed, null when the event is
 * of a queue or shape that only a full reading can explain. Every such event carries the member's whole state,
 * so applying one twice, or one that a reading already holds, does no harm.
 */
export function applyQueueEvent(queue: QueueReading | undefined, event: AmiMessage): QueueReading | null {
  const line = readQueueLine(event)
  if (queue === undefined || line === null) return null
  const lines = new Map(queue.lines)
  if (eventName(event) === 'queuememberremoved') {
    if (!lines.delete(line.interface)) return queue
  } else {
    const known = lines.get(line.interface)
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(line)) return queue
    lines.set(line.interface, line)
  }
  return { ...queue, lines }
}

/**
 * The queue after an AgentComplete. The member's status that tells of the call's end may have been written an
 * instant before the call was counted; `endedAt`, a moment ago by the PBX's clock, is when his wrap-up begins.
 */
export function applyAgentComplete(
  queue: QueueReading | undefined,
  event: AmiMessage,
  endedAt: Millis,
): QueueReading | null {
  const line = queue?.lines.get(field(event, 'interface') ?? '')
  if (queue === undefined || line === undefined) return null
  const second = Math.floor(endedAt / 1000) * 1000
  if (line.lastCallAt !== null && line.lastCallAt >= second - 1000) return queue
  const lines = new Map(queue.lines).set(line.interface, { ...line, lastCallAt: second, inCall: false })
  return { ...queue, lines }
}

export const isQueueMemberEvent = (event: AmiMessage): boolean =>
  eventName(event)?.startsWith('queuemember') === true && field(event, 'queue') !== undefined
