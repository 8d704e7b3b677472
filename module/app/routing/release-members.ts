import { decideUnanswered } from '../../domain/designation/routing.ts'
import { type Directory, findGroup } from '../../domain/directory/directory.ts'
import { directoryChanges, isUnchanged } from '../../domain/directory/directory-changes.ts'
import { succeed } from '../../domain/failures.ts'
import { type Extension, type GroupKey, groupOfKey } from '../../domain/ids.ts'
import type { Log } from '../ports/ambient.ts'
import { type RoutingDeps, routingContext, underRule } from './routing-context.ts'

/**
 * Takes unanswered conversations from agents who are no members any more, and looks for somebody else at once; the
 * answered ones stay until their customer writes. Compares the directory with what is stored, not only with the
 * directory before it, so that a membership lost while Parley did not run is found too.
 */
export function createReleaseMembers(deps: RoutingDeps & { readonly log: Log }) {
  const { log, pbx, store } = deps
  let seen: Directory | null = null
  let running = Promise.resolve()
  const vanished = new Set<GroupKey>()

  async function releaseAll(): Promise<void> {
    for (const key of store.knownGroups()) {
      const { directory, freshness } = pbx.snapshot()
      if (freshness === 'stale') return again()
      const group = findGroup(directory, groupOfKey(key))
      noteWhetherThere(key, group !== null)
      // Its conversations stay as they are, for administrators to see: perhaps the group comes back.
      if (group === null) continue
      const members = new Set(group.members.map(({ extension }) => extension))
      for (const extension of store.designatedIn(key)) {
        if (!members.has(extension)) await releaseFrom(key, extension)
      }
    }
  }

  /** What was not done to the end is done anew at the next change of the PBX, whatever that is. */
  function again(): void {
    seen = null
  }

  async function releaseFrom(key: GroupKey, extension: Extension): Promise<void> {
    for (const conversationId of store.designatedTo(key, extension)) {
      if ((store.conversation(conversationId)?.waitingSince ?? null) === null) continue
      const context = routingContext(deps, groupOfKey(key))
      const request = { conversationId, expectedVersion: null, at: context.at }
      await store.commitDesignation(request, (state) =>
        succeed(decideUnanswered(state, underRule(context, store, state.conversation.ruleId))),
      )
    }
  }

  function noteWhetherThere(key: GroupKey, there: boolean): void {
    if (there) vanished.delete(key)
    else if (!vanished.has(key)) {
      vanished.add(key)
      log.warn(
        { group: key },
        'The PBX has this group no more. Its conversations are open to administrators alone; point its message rules to another group.',
      )
    }
  }

  return {
    /** The PBX changed: acts if the directory did. */
    trigger(): void {
      const { directory, freshness } = pbx.snapshot()
      if (freshness === 'stale' || directory === seen) return
      const changed = seen === null || !isUnchanged(directoryChanges(seen, directory))
      seen = directory
      if (!changed) return
      running = running.then(releaseAll).catch((error: unknown) => {
        log.error({ err: error }, 'Conversations of former members could not be released')
        again()
      })
    },
    settled: (): Promise<void> => running,
  }
}
