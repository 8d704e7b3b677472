import type { InboundMessage } from '../domain/message.ts'
import { decideInbound, type RoutingContext } from '../domain/routing.ts'
import { applyRules, type RouteResult } from '../domain/rule-matching.ts'
import type { InboundReceipt, InboundRoute, Store } from './ports.ts'
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
      const route = diverted(deps.store, message, routeOf(result))
      // What the rule sets apart, and its hours, are meant for its own group.
      const context =
        route?.divertedFrom === undefined ? contextOf(deps, result) : routingContext(deps, route.group)
      return deps.store.commitInbound({ message, route, ruleSetVersion: ruleSet.version }, (state) =>
        decideInbound(state, context),
      )
    })
}

/** A customer who was transferred to another group stays there until his conversation there closes. */
function diverted(store: Store, message: InboundMessage, route: InboundRoute | null): InboundRoute | null {
  const group = route === null ? null : store.divertedTo(message.sender, route.group)
  if (route === null || group === null) return route
  return { group, ruleId: null, divertedFrom: route.group }
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

/** What rules said, as the store is told. */
export const routeOf = (result: RouteResult): InboundRoute | null =>
  result.kind === 'unrouted'
    ? null
    : { group: result.group, ruleId: result.rule.id, held: result.hold !== null }

/** What a decision looks at, the rule's own settings among it. */
export function contextOf(deps: RoutingDeps, result: RouteResult): RoutingContext {
  if (result.kind === 'unrouted') return routingContext(deps, null)
  const { group, hold, rule } = result
  return { ...routingContext(deps, group), hold, overrides: rule.overrides }
}
