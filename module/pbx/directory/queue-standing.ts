import type { QueuePause } from '../../domain/directory/presence.ts'
import type { Extension, GroupNumber, Millis } from '../../domain/ids.ts'

/** How an agent stands with all his queues together. */
export interface QueueStanding {
  readonly pauses: readonly QueuePause[]
  /** The latest moment at which a queue's wrap-up ends; null where none has any. */
  readonly wrapUpUntil: Millis | null
}

/** How one queue sees one of its members. */
export interface QueueSeat {
  readonly extension: Extension
  readonly queue: GroupNumber
  readonly paused: boolean
  readonly pausedReason: string | null
  readonly wrapUpUntil: Millis | null
}

/** The seats of all queues, in the order of the queues' numbers. */
export function queueStandings(seats: readonly QueueSeat[]): Map<Extension, QueueStanding> {
  const standings = new Map<Extension, QueueStanding>()
  for (const { extension, queue, paused, pausedReason, wrapUpUntil } of seats) {
    const before = standings.get(extension) ?? { pauses: [], wrapUpUntil: null }
    standings.set(extension, {
      pauses: paused ? [...before.pauses, { queue, reason: pausedReason }] : before.pauses,
      wrapUpUntil: later(before.wrapUpUntil, wrapUpUntil),
    })
  }
  return standings
}

const later = (a: Millis | null, b: Millis | null): Millis | null =>
  a === null ? b : b === null ? a : Math.max(a, b)
