import type { PbxSnapshot } from '../directory/directory.ts'
import type { Group } from '../directory/group.ts'
import { type GroupSettings, settingsUnder, usualGroupSettings } from '../directory/group-settings.ts'
import type { Extension, Millis } from '../ids.ts'
import type { Hold } from '../rules/rules.ts'
import type { Away } from './away.ts'
import type { RoutingOverrides } from './sticky-mode.ts'

/** What the outside world looked like when a message came; taken once, before the transaction. */
export interface RoutingContext {
  /** Null when the PBX no longer knows the group. */
  readonly group: Group | null
  readonly pbx: PbxSnapshot
  readonly panelOpen: (extension: Extension) => boolean
  /** Who said that he is away for messages; left out, nobody did. */
  readonly away?: (extension: Extension) => Away | null
  readonly at: Millis
  readonly draw: number
  /** What the rule that took the message sets apart from the group's own settings; left out, nothing. */
  readonly overrides?: RoutingOverrides
  /** The message came outside its rule's hours and waits for them to begin; left out or null, it does not. */
  readonly hold?: Hold | null
  /** The group's own; left out, the usual ones. */
  readonly settings?: GroupSettings
  /** Since when a member of the group has been seen unavailable without a break; null for one who is available. */
  readonly unavailableSince?: (extension: Extension) => Millis | null
}

export const settingsOf = ({ settings, overrides }: RoutingContext): GroupSettings =>
  settingsUnder(settings ?? usualGroupSettings, overrides)

/** While the PBX is away its last word stands, so nobody is taken off a conversation for its silence. */
export function hasLeft(extension: Extension, context: RoutingContext): boolean {
  if (context.pbx.freshness === 'stale') return false
  return !isMember(extension, context)
}

export const isMember = (extension: string, { group }: Pick<RoutingContext, 'group'>): boolean =>
  group?.members.some((member) => member.extension === extension) ?? false

/** He has no panel open, and a phone that can be rung. */
export function reachedByPhoneOnly(extension: Extension, context: RoutingContext): boolean {
  return !context.panelOpen(extension) && context.pbx.presence.get(extension)?.registration === 'registered'
}
