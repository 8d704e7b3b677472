import type { AmiMessage } from './ami-message.ts'
import { eventKey, mergedField } from './event-key.ts'

/** Messages that wait to be taken, in order; a later event takes the place of an earlier one of its key. */
export interface EventBacklog {
  push(message: AmiMessage): void
  takeAll(): AmiMessage[]
  readonly size: number
}

export function createEventBacklog(): EventBacklog {
  let waiting = new Map<string | number, AmiMessage>()
  let unkeyed = 0
  let last: string | number | null = null
  return {
    push(message) {
      const key = eventKey(message) ?? ++unkeyed
      // Deleted first, so that it stands behind all that came before it; where it already does, that costs more
      // than all the rest.
      const isRepeated = key === last ? waiting.has(key) : waiting.delete(key)
      last = key
      waiting.set(key, isRepeated ? [...message, mergedField, '1'] : message)
    },
    takeAll() {
      const messages = [...waiting.values()]
      waiting = new Map()
      return messages
    },
    get size() {
      return waiting.size
    },
  }
}
