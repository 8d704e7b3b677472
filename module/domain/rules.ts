import { type Address, addressKey } from './address.ts'
import type { GroupRef, RuleId } from './ids.ts'
import type { Channel } from './message.ts'

/** DID → destination. Rules are tried in order and the first enabled match wins. */
export interface MessageRule {
  readonly id: RuleId
  readonly name: string
  readonly position: number
  readonly enabled: boolean
  readonly dids: readonly Address[]
  /** Null for every channel. */
  readonly channels: readonly Channel[] | null
  readonly destination: GroupRef
}

/** All rules at one moment. The version rises with every change, so a verb can tell that it routed by old ones. */
export interface RuleSet {
  readonly version: number
  /** In the order of their positions. */
  readonly rules: readonly MessageRule[]
}

export type RuleMismatch = 'disabled' | 'other-did' | 'other-channel'

export type RouteResult =
  | { readonly kind: 'routed'; readonly rule: MessageRule }
  | { readonly kind: 'unrouted' }

/** The facts of a message that rules look at. */
export interface Routable {
  readonly did: Address
  readonly sender: Address
  readonly channel: Channel
}

export function applyRules(ruleSet: RuleSet, message: Routable): RouteResult {
  const rule = ruleSet.rules.find((candidate) => mismatch(candidate, message) === null)
  return rule === undefined ? { kind: 'unrouted' } : { kind: 'routed', rule }
}

/** Why a rule does not take a message; null when it does. */
export function mismatch(rule: MessageRule, message: Routable): RuleMismatch | null {
  if (!rule.enabled) return 'disabled'
  if (rule.channels !== null && !rule.channels.includes(message.channel)) return 'other-channel'
  const did = addressKey(message.did)
  if (!rule.dids.some((wanted) => addressKey(wanted) === did)) return 'other-did'
  return null
}
