import { succeed } from '../domain/failures.ts'
import { type GroupKey, groupOfKey } from '../domain/ids.ts'
import { decideWaiting } from '../domain/routing.ts'
import type { Log } from './ports.ts'
import { type RoutingDeps, routingContext } from './receive-inbound.ts'

/** So many waiting conversations of a group are looked at in one go. */
const batchSize = 50

/**
 * Designates what waits, the oldest first, whenever somebody may have become available: a panel opened, a
 * phone registered, the PBX came back. Runs one after another; a trigger during a run makes one more run.
 */
export function createDrainWaiting(deps: RoutingDeps & { readonly log: Log }) {
  let running: Promise<void> | null = null
  let again = false

  async function drainAll(): Promise<void> {
    do {
      again = false
      for (const key of deps.pbx.snapshot().directory.groups.keys()) await drainGroup(key)
    } while (again)
  }

  async function drainGroup(key: GroupKey): Promise<void> {
    for (;;) {
      const waiting = deps.store.waiting(key, batchSize)
      let designated = 0
      for (const conversationId of waiting) {
        const context = routingContext(deps, groupOfKey(key))
        const request = { conversationId, expectedVersion: null, at: context.at }
        const result = await deps.store.commitDesignation(request, (state) =>
          succeed(decideWaiting(state, context)),
        )
        // Nobody available for the oldest means nobody for the others of this group either.
        if (!result.ok || result.value.decisionId === null) return
        designated++
      }
      if (designated < batchSize) return
    }
  }

  return {
    trigger(): void {
      if (running !== null) {
        again = true
        return
      }
      running = drainAll()
        .catch((error: unknown) =>
          deps.log.error({ err: error }, 'Waiting conversations could not be designated'),
        )
        .finally(() => {
          running = null
        })
    },
    /** Resolves when nothing is being designated any more. */
    async settled(): Promise<void> {
      await running
    },
  }
}

export type DrainWaiting = ReturnType<typeof createDrainWaiting>
