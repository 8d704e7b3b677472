import { decideInbound, type RoutingContext } from '../../domain/designation/routing.ts'
import type { GroupRef } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import { applyRules, type RouteResult } from '../../domain/rules/rule-matching.ts'
import type { InboundReceipt, InboundRoute } from '../ports/store-requests.ts'
import { type RoutingDeps, routingContext } from './routing-context.ts'

export { type RoutingDeps, routingContext } from './routing-context.ts'

export type ReceiveInbound = (message: InboundMessage) => Promise<InboundReceipt>

/** More than this many rule changes during one message's commit means that something else is wrong. */
const maxAttempts = 5

/** Takes one message in: applies the rules, designates, stores. Resolves once all of it is on disk. */
export function createReceiveInbound(deps: RoutingDeps): ReceiveInbound {
  return (message) =>
    whileRulesStand(async () => {
      const ruleSet = deps.store.ruleSet()
      const result = applyRules(ruleSet, message, momentOf(deps))
      const { route, context } = wayOf(deps, message.sender, result)
      return deps.store.commitInbound({ message, route, ruleSetVersion: ruleSet.version }, (state) => {
        const decision = decideInbound(state, context)
        const { autoReply } = decision
        const fits = autoReply == null || (deps.fitsAsAutoReply?.(message, autoReply.text) ?? true)
        return fits ? decision : { ...decision, autoReply: null }
      })
    })
}

export interface Way {
  readonly route: InboundRoute | null
  readonly context: RoutingContext
}

/**
 * Where a message goes by what the rules said, and what is decided from there. A customer who was transferred to
 * another group stays there until his conversation there closes; what the rule sets apart, and its hours, are
 * meant for its own group.
 */
export function wayOf(deps: RoutingDeps, sender: Address, result: RouteResult): Way {
  if (result.kind === 'unrouted') return { route: null, context: routingContext(deps, null) }
  const { group, hold, rule } = result
  const way = wayToGroup(deps, sender, group)
  if (way.route.divertedFrom !== undefined) return way
  return {
    route: { group, ruleId: rule.id, held: hold !== null },
    context: { ...way.context, hold, overrides: rule.overrides },
  }
}

/** The same without a rule: an administrator said where it goes. */
export function wayToGroup(
  deps: RoutingDeps,
  sender: Address,
  group: GroupRef,
): Way & { readonly route: InboundRoute } {
  const there = deps.store.divertedTo(sender, group)
  if (there === null) return { route: { group, ruleId: null }, context: routingContext(deps, group) }
  return { route: { group: there, ruleId: null, divertedFrom: group }, context: routingContext(deps, there) }
}

/** Does it again when the rules changed between being applied and being committed. */
export async function whileRulesStand<R extends InboundReceipt | null>(
  attempt: () => Promise<R>,
): Promise<R> {
  for (let attempts = 1; attempts <= maxAttempts; attempts++) {
    const receipt = await attempt()
    if (receipt?.kind !== 'stale-rules') return receipt
  }
  throw new Error('the message rules changed with every attempt to apply them')
}

/**
 * Hours are judged by the moment of routing, not by when the carrier says the message was written: whoever is
 * there now answers it, and an auto-reply speaks of now.
 */
export const momentOf = ({ clock, pbx }: Pick<RoutingDeps, 'clock' | 'pbx'>) => ({
  at: clock(),
  schedules: pbx.snapshot().directory.schedules,
})
