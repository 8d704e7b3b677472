import { noOverrides, type RoutingOverrides } from '../designation/sticky-mode.ts'
import type { CarrierId, GroupRef, RuleId } from '../ids.ts'
import type { Channel } from '../message/message.ts'
import type { DidPattern } from './did-pattern.ts'
import type { RuleHours } from './rule-hours.ts'
import type { SenderMask } from './sender-mask.ts'

/** What an administrator writes: which messages, and where they go. */
export interface RuleDraft {
  readonly id: RuleId
  readonly name: string
  readonly position: number
  readonly enabled: boolean
  readonly dids: readonly DidPattern[]
  /** Null for every channel. */
  readonly channels: readonly Channel[] | null
  /** Null for every carrier. */
  readonly carriers: readonly CarrierId[] | null
  readonly senders: SenderMask
  readonly hours: RuleHours
  /** Where messages go within the hours. */
  readonly destination: GroupRef
  readonly outside: OutsideHours
  readonly overrides: RoutingOverrides
}

/** DID → destination. Rules are tried in order and the first enabled match wins. */
export interface MessageRule extends RuleDraft {
  /** Rises with every change of this rule but that of its place, so that a stale edit can be refused. */
  readonly version: number
}

/** What becomes of a message that comes outside a rule's hours. */
export type OutsideHours =
  /** The rule does not take it: those after it are tried. */
  | { readonly kind: 'next-rule' }
  | { readonly kind: 'group'; readonly group: GroupRef }
  /**
   * It waits in the conversation with the rule's own destination, with nobody designated until the hours begin.
   * That group sees it at once and any member may take it, so nothing is hidden from those who work late, and
   * in the morning it is the longest waiting. Kept anywhere else, it would lie where nobody looks.
   */
  | Hold

export interface Hold {
  readonly kind: 'hold'
  /** Said to the customer by itself; null says nothing. */
  readonly autoReply: string | null
}

/** A rule's parts that most rules leave alone: everybody, by every carrier, at all times. */
export const ruleDefaults = {
  carriers: null,
  senders: null,
  hours: { kind: 'always' },
  outside: { kind: 'next-rule' },
  overrides: noOverrides,
} as const satisfies Partial<RuleDraft>

/** All rules at one moment. The version rises with every change, so a verb can tell that it routed by old ones. */
export interface RuleSet {
  readonly version: number
  /** In the order of their positions. */
  readonly rules: readonly MessageRule[]
}

export const findRule = (ruleSet: RuleSet, id: RuleId | null): MessageRule | null =>
  ruleSet.rules.find((rule) => rule.id === id) ?? null

/** What the rule that a conversation came by sets apart; a rule that is gone sets nothing apart any more. */
export const overridesOf = (ruleSet: RuleSet, id: RuleId | null): RoutingOverrides =>
  findRule(ruleSet, id)?.overrides ?? noOverrides

/** Every group that a rule may send messages to. */
export const destinationsOf = ({ destination, outside }: RuleDraft): readonly GroupRef[] =>
  outside.kind === 'group' ? [destination, outside.group] : [destination]
