import { decideWaiting } from '../../domain/designation/routing.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import type { CommittedEvent } from '../../domain/events.ts'
import { succeed } from '../../domain/failures.ts'
import { type ConversationId, type GroupKey, groupOfKey, type RuleId } from '../../domain/ids.ts'
import type { Log } from '../ports/ambient.ts'
import { type RoutingDeps, routingContext, underRule } from './routing-context.ts'

/** So many waiting conversations of a group are looked at in one go. */
const batchSize = 200

/**
 * Designates what waits, the oldest first, whenever somebody may have become available: a panel opened, a phone
 * registered, somebody logged in, a conversation closed under a cap, the PBX came back. One after another, each
 * seeing the counts that the one before left, so that a whole queue that logs in shares what waits as its strategy
 * says. A trigger during a run makes one more run.
 */
export function createDrainWaiting(deps: RoutingDeps & { readonly log: Log }) {
  const { store } = deps
  let running: Promise<void> | null = null
  let again = false

  async function drainAll(): Promise<void> {
    do {
      again = false
      for (const key of store.waitingGroups()) await drainGroup(key)
    } while (again)
  }

  async function drainGroup(key: GroupKey): Promise<void> {
    if (findGroup(deps.pbx.snapshot().directory, groupOfKey(key)) === null) return
    // Nobody available for one means nobody for the others under the same rule: caps may differ by rule.
    const hopeless = new Set<RuleId | null>()
    for (let after = 0; ; ) {
      const batch = store.waitingFrom(key, after, batchSize)
      for (const { id, ruleId } of batch) {
        if (!hopeless.has(ruleId) && !(await designate(key, id))) hopeless.add(ruleId)
      }
      const last = batch.at(-1)
      if (last === undefined || batch.length < batchSize) return
      after = last.place
    }
  }

  /** False when nobody is available for it. */
  async function designate(key: GroupKey, conversationId: ConversationId): Promise<boolean> {
    const context = routingContext(deps, groupOfKey(key))
    let waits = true
    const result = await store.commitDesignation(
      { conversationId, expectedVersion: null, at: context.at },
      (state) => {
        const { designated, ruleId, status } = state.conversation
        waits = designated === null && status === 'open'
        return succeed(decideWaiting(state, underRule(context, store, ruleId)))
      },
    )
    return !result.ok || !waits || result.value.decisionId !== null
  }

  function trigger(): void {
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
        // What asked between the last look and now.
        if (again) trigger()
      })
  }

  return {
    trigger,
    /** A conversation that closes or changes hands may free somebody's place under a cap. */
    onCommitted(events: readonly CommittedEvent[]): void {
      if (events.some(({ event }) => event.kind === 'status-changed' || event.kind === 'designation-changed'))
        trigger()
    },
    /** Resolves when nothing is being designated any more. */
    async settled(): Promise<void> {
      while (running !== null) await running
    },
  }
}
