import { type Away, isOver } from '../../domain/designation/away.ts'
import type { Extension, Millis, PbxId } from '../../domain/ids.ts'
import type { Clock, Unsubscribe } from '../ports/ambient.ts'
import type { Store } from '../ports/store.ts'

export interface AwayAgentsDeps {
  readonly store: Pick<Store, 'awayAgents' | 'saveAway'>
  readonly pbxId: PbxId
  readonly clock: Clock
}

/** No timer of Node's waits longer. */
const longestTimerMs = 2 ** 31 - 1

/** Who is away for messages: kept in the store, so that a restart calls nobody back to work. */
export function createAwayAgents({ store, pbxId, clock }: AwayAgentsDeps) {
  const away = new Map<Extension, Away>(store.awayAgents(pbxId))
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | null = null
  waitForTheNext()

  /** Whoever set a time for his return is told of as back when it comes. */
  function waitForTheNext(): void {
    if (timer !== null) clearTimeout(timer)
    const next = Math.min(...[...away.values()].map(({ until }) => until ?? Number.POSITIVE_INFINITY))
    if (next === Number.POSITIVE_INFINITY) return
    timer = setTimeout(
      () => {
        const before = away.size
        for (const [extension, one] of away) if (isOver(one, clock())) away.delete(extension)
        waitForTheNext()
        if (away.size !== before) tell()
      },
      Math.min(longestTimerMs, Math.max(0, next - clock())),
    )
  }

  function tell(): void {
    for (const listener of [...listeners]) listener()
  }

  return {
    /** Since when, until when and why; null for one who is not. */
    of(extension: Extension, at: Millis): Away | null {
      const one = away.get(extension)
      return one === undefined || isOver(one, at) ? null : one
    },

    /** Null: he is back. Resolves once it is on disk. */
    async set(extension: Extension, wanted: Away | null): Promise<void> {
      await store.saveAway({ pbxId, extension }, wanted)
      if (wanted === null) away.delete(extension)
      else away.set(extension, wanted)
      waitForTheNext()
      tell()
    },

    onChanged(listener: () => void): Unsubscribe {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    close(): void {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

export type AwayAgents = ReturnType<typeof createAwayAgents>
