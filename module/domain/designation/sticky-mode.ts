import type { Strategy } from '../directory/group.ts'
import type { Millis } from '../ids.ts'

/**
 * How long an agent whom the PBX's strategy designated keeps his customer. A transfer, a take or a
 * reassignment is a person's word and stands whatever the mode.
 */
export type StickyMode =
  | { readonly kind: 'keep' }
  /** Designated anew when a message finds him unavailable for this long. */
  | { readonly kind: 'when-unavailable'; readonly afterMs: Millis }
  /** Designated anew when a message stays unanswered for this long. */
  | { readonly kind: 'unanswered'; readonly afterMs: Millis }

/** What a message rule sets apart from the group's own settings; null keeps the group's. */
export interface RoutingOverrides {
  readonly strategy: Strategy | null
  /** At most this many open conversations an agent. */
  readonly cap: number | null
  readonly sticky: StickyMode | null
}

export const noOverrides: RoutingOverrides = { strategy: null, cap: null, sticky: null }
