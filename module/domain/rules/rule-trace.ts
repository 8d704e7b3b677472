import type { Moment } from './rule-hours.ts'
import { applyRules, explainMismatch, type Routable, type RouteResult } from './rule-matching.ts'
import type { MessageRule, RuleSet } from './rules.ts'

/** One rule as it was tried. */
export interface RuleStep {
  readonly rule: MessageRule
  /** Why it did not take the message, in plain words; null for the one that did. */
  readonly reason: string | null
}

export interface RuleTrace {
  /** The rules in their order, up to the one that took the message. */
  readonly steps: readonly RuleStep[]
  readonly result: RouteResult
}

/** What the rules do with a message, and why each rule before the right one did not take it. */
export function traceRules(ruleSet: RuleSet, message: Routable, moment: Moment): RuleTrace {
  const result = applyRules(ruleSet, message, moment)
  const taken = result.kind === 'routed' ? ruleSet.rules.indexOf(result.rule) : ruleSet.rules.length - 1
  const steps = ruleSet.rules
    .slice(0, taken + 1)
    .map((rule) => ({ rule, reason: explainMismatch(rule, message, moment) }))
  return { steps, result }
}
