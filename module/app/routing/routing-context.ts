import type { RoutingContext } from '../../domain/designation/routing.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import type { Extension, GroupKey, GroupRef, Millis, RuleId } from '../../domain/ids.ts'
import { groupKey } from '../../domain/ids.ts'
import { overridesOf } from '../../domain/rules/rules.ts'
import type { AwayAgents } from '../people/away-agents.ts'
import type { Clock, RandomSource } from '../ports/ambient.ts'
import type { Panels } from '../ports/panels.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import type { FitsAsAutoReply } from '../sending/fitting-auto-reply.ts'

export interface RoutingDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly panels: Panels
  readonly clock: Clock
  readonly random: RandomSource
  /** Left out, nobody is known to have been away for long. */
  readonly absences?: Absences
  /** Left out, nobody is away for messages. */
  readonly away?: Pick<AwayAgents, 'of'>
  /** Left out, every auto-reply is taken to fit its carrier. */
  readonly fitsAsAutoReply?: FitsAsAutoReply
}

/** Who can't be had, and since when. */
export interface Absences {
  since(group: GroupKey, extension: Extension): Millis | null
}

/** What a decision about a group looks at, as it is now. */
export function routingContext(deps: RoutingDeps, group: GroupRef | null): RoutingContext {
  const { absences, away, panels, store } = deps
  const pbx = deps.pbx.snapshot()
  const at = deps.clock()
  const context = {
    group: group === null ? null : findGroup(pbx.directory, group),
    pbx,
    panelOpen: (extension: Extension) => panels.isOpen(extension),
    away: (extension: Extension) => away?.of(extension, at) ?? null,
    at,
    draw: deps.random(),
  }
  if (group === null) return context
  const key = groupKey(group)
  return {
    ...context,
    settings: store.groupSettings(group).settings,
    unavailableSince: (extension) => absences?.since(key, extension) ?? null,
  }
}

/** The context for a conversation whose last message came by a rule: what that rule sets apart holds. */
export function underRule(
  context: RoutingContext,
  store: Pick<Store, 'ruleSet'>,
  ruleId: RuleId | null | undefined,
): RoutingContext {
  return ruleId == null ? context : { ...context, overrides: overridesOf(store.ruleSet(), ruleId) }
}
