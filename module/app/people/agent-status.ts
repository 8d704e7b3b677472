import type { Away } from '../../domain/designation/away.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { asExtension, type Extension, groupOfKey, type Millis } from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Clock } from '../ports/ambient.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import { isAdmin, isConfined, isSupervisor, type Viewer, visibleGroups } from './access.ts'
import type { AwayAgents } from './away-agents.ts'

export interface AgentStatusDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly away: AwayAgents
  readonly clock: Clock
}

export type WantedStatus =
  | { readonly state: 'available' }
  | { readonly state: 'away'; readonly until: Millis | null; readonly reason: string | null }

/** What an agent says of himself for messages, or a supervisor for him. Null is available. */
export function createAgentStatus({ store, pbx, away, clock }: AgentStatusDeps) {
  /** Whose status it is about, if the viewer may know and set it; null asks for his own. */
  function subject(viewer: Viewer, number: string | null): Result<Extension> {
    if (number === null || (number === viewer.extension && !isConfined(viewer)))
      return viewer.extension === null ? fail({ code: 'not-an-agent' }) : succeed(viewer.extension)
    if (!isSupervisor(viewer)) return fail({ code: 'not-a-supervisor' })
    const extension = asExtension(number)
    const { directory } = pbx.snapshot()
    const isHis = isAdmin(viewer)
      ? directory.extensions.has(extension)
      : visibleGroups(viewer, directory, store).some((key) =>
          findGroup(directory, groupOfKey(key))?.members.some((member) => member.extension === extension),
        )
    return isHis ? succeed(extension) : fail({ code: 'not-found', what: 'agent' })
  }

  function actorOf({ extension, sessionId }: Viewer): Actor {
    if (extension === null) return { kind: 'admin', id: sessionId, name: 'Administrator' }
    const name = pbx.snapshot().directory.extensions.get(extension)?.name ?? extension
    return { kind: 'agent', extension, name }
  }

  return {
    of(viewer: Viewer, number: string | null): Result<Away | null> {
      const about = subject(viewer, number)
      return about.ok ? succeed(away.of(about.value, clock())) : about
    },

    async set(viewer: Viewer, number: string | null, wanted: WantedStatus): Promise<Result<Away | null>> {
      const about = subject(viewer, number)
      if (!about.ok) return about
      const at = clock()
      if (wanted.state === 'away' && wanted.until !== null && !(wanted.until > at))
        return fail({ code: 'time-is-past' })
      const { value: extension } = about
      // Who only changes his reason has been away all the while.
      const since = away.of(extension, at)?.since ?? at
      const status =
        wanted.state === 'available'
          ? null
          : { since, until: wanted.until, reason: wanted.reason, by: actorOf(viewer) }
      await away.set(extension, status)
      return succeed(status)
    },
  }
}
