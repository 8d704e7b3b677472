import type { RoutingOverrides, StickyMode } from '../designation/sticky-mode.ts'
import type { Millis } from '../ids.ts'
import type { Strategy } from './group.ts'

/** What an administrator or supervisor sets for one group; a message rule may set some of it apart. */
export interface GroupSettings {
  readonly sticky: StickyMode
  /** Null designates as the PBX's own strategy of the group says. */
  readonly strategy: Strategy | null
  /** At most this many open conversations an agent, in this group; null for no limit. */
  readonly cap: number | null
  readonly mayReply: MayReply
  /** Closed by itself after so long without a message or a change; null for never. */
  readonly closeAfterMs: Millis | null
  /** A mention that stays unanswered for so long is repeated, once; null for never. */
  readonly remindAfterMs: Millis | null
  /** One that stays unanswered for so long goes to somebody else; null for never. */
  readonly escalateAfterMs: Millis | null
  /** Said by itself to a customer whose message finds nobody available; null for nothing. */
  readonly autoReply: string | null
}

/** Whether every member answers customers, or the designated agent alone. */
export type MayReply = 'any-member' | 'designated-only'

export const usualGroupSettings: GroupSettings = {
  sticky: { kind: 'when-unavailable', afterMs: 10 * 60_000 },
  strategy: null,
  cap: null,
  mayReply: 'any-member',
  closeAfterMs: 24 * 60 * 60_000,
  remindAfterMs: null,
  escalateAfterMs: null,
  autoReply: null,
}

/** The settings as they hold for a message that a rule took: the rule's word stands over the group's. */
export function settingsUnder(
  settings: GroupSettings,
  overrides: RoutingOverrides | undefined,
): GroupSettings {
  if (overrides === undefined) return settings
  return {
    ...settings,
    strategy: overrides.strategy ?? settings.strategy,
    cap: overrides.cap ?? settings.cap,
    sticky: overrides.sticky ?? settings.sticky,
  }
}
