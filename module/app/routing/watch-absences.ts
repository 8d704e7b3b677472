import { unavailability } from '../../domain/designation/candidates.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import { type Extension, type GroupKey, groupOfKey, type Millis } from '../../domain/ids.ts'
import type { AwayAgents } from '../people/away-agents.ts'
import type { Log } from '../ports/ambient.ts'
import type { Absence } from '../ports/store-requests.ts'
import type { Absences, RoutingDeps } from './routing-context.ts'

export interface WatchAbsencesDeps extends Pick<RoutingDeps, 'store' | 'pbx' | 'panels' | 'clock'> {
  readonly away: Pick<AwayAgents, 'of' | 'onChanged'>
  readonly log: Log
  /** How soon after a change it is looked at: a burst of changes makes one look. */
  readonly lookAfterMs?: number
  /** How often it is written down that somebody watches. */
  readonly noteEveryMs?: number
  /** For so long after the start nobody counts as absent: panels are on their way back. */
  readonly graceMs?: number
}

/**
 * Remembers since when members can't be had, across restarts. Time in which Parley did not run counts for
 * nothing, and while the PBX is away nothing is judged, so that nobody is taken for absent by not being seen.
 */
export function watchAbsences(deps: WatchAbsencesDeps) {
  const { away, clock, log, panels, pbx, store } = deps
  const { lookAfterMs = 1000, noteEveryMs = 60_000, graceMs = 60_000 } = deps
  const startedAt = clock()
  const known = new Map<GroupKey, Map<Extension, Millis>>()
  const unsaved = new Map<string, Absence>()
  let timer: NodeJS.Timeout | null = null
  let saving = Promise.resolve()

  recall()
  const stops = [pbx.onChanged(lookSoon), panels.onChanged(lookSoon), away.onChanged(lookSoon)]
  const noting = setInterval(save, noteEveryMs)
  noting.unref()
  lookSoon()

  function recall(): void {
    const { absences, watchedUntil } = store.loadAbsences()
    const unwatchedMs = watchedUntil === null ? 0 : Math.max(0, startedAt - watchedUntil)
    for (const { group, extension, since } of absences) {
      if (since !== null) set(group, extension, since + unwatchedMs)
    }
  }

  function set(group: GroupKey, extension: Extension, since: Millis | null): void {
    const ofGroup = known.get(group) ?? new Map<Extension, Millis>()
    if (since === null) ofGroup.delete(extension)
    else ofGroup.set(extension, since)
    known.set(group, ofGroup)
    unsaved.set(`${group} ${extension}`, { group, extension, since })
  }

  function lookSoon(): void {
    timer ??= setTimeout(() => {
      timer = null
      look()
    }, lookAfterMs)
  }

  function look(): void {
    const snapshot = pbx.snapshot()
    if (snapshot.freshness === 'stale') return
    const at = clock()
    for (const key of new Set([...snapshot.directory.groups.keys(), ...store.knownGroups()])) {
      const group = findGroup(snapshot.directory, groupOfKey(key))
      const context = {
        group,
        pbx: snapshot,
        panelOpen: panels.isOpen,
        away: (extension: Extension) => away.of(extension, at),
        at,
      }
      const members = new Set(group?.members.map(({ extension }) => extension))
      for (const extension of members) {
        const isAbsent = unavailability(extension, context) !== null
        if (isAbsent !== (known.get(key)?.has(extension) ?? false)) set(key, extension, isAbsent ? at : null)
      }
      for (const extension of known.get(key)?.keys() ?? []) {
        if (!members.has(extension)) set(key, extension, null)
      }
    }
    if (unsaved.size > 0) save()
  }

  function save(): void {
    const changes = [...unsaved.values()]
    unsaved.clear()
    saving = saving
      .then(() => store.saveAbsences(changes, clock()))
      .catch((error: unknown) => log.error({ err: error }, 'Who is unavailable could not be stored'))
  }

  const absences: Absences = {
    since: (group, extension) =>
      clock() - startedAt < graceMs ? null : (known.get(group)?.get(extension) ?? null),
  }

  return {
    ...absences,
    /** Looks at once, instead of soon. */
    look,
    /** Panels that close because Parley stops make nobody absent: stop this first. */
    async close(): Promise<void> {
      for (const stop of stops) stop()
      clearInterval(noting)
      if (timer !== null) clearTimeout(timer)
      save()
      await saving
    },
  }
}
