import { findGroup } from '../domain/directory.ts'
import type { InboundMessage } from '../domain/message.ts'
import { decideInbound, type RoutingContext } from '../domain/routing.ts'
import { applyRules } from '../domain/rules.ts'
import type { Clock, InboundReceipt, Panels, Pbx, RandomSource, Store } from './ports.ts'

export interface RoutingDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly panels: Panels
  readonly clock: Clock
  readonly random: RandomSource
}

export type ReceiveInbound = (message: InboundMessage) => Promise<InboundReceipt>

/** More than this many rule changes during one message's commit means that something else is wrong. */
const maxAttempts = 5

/** Takes one message in: applies the rules, designates, stores. Resolves once all of it is on disk. */
export function createReceiveInbound(deps: RoutingDeps): ReceiveInbound {
  return async (message) => {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const ruleSet = deps.store.ruleSet()
      const result = applyRules(ruleSet, message)
      const route =
        result.kind === 'routed' ? { group: result.rule.destination, ruleId: result.rule.id } : null
      const context = routingContext(deps, route?.group ?? null)
      const receipt = await deps.store.commitInbound(
        { message, route, ruleSetVersion: ruleSet.version },
        (state) => decideInbound(state, context),
      )
      if (receipt.kind !== 'stale-rules') return receipt
    }
    throw new Error('the message rules changed with every attempt to apply them')
  }
}

export function routingContext(
  deps: RoutingDeps,
  group: Parameters<typeof findGroup>[1] | null,
): RoutingContext {
  const pbx = deps.pbx.snapshot()
  return {
    group: group === null ? null : findGroup(pbx.directory, group),
    pbx,
    panelOpen: (extension) => deps.panels.isOpen(extension),
    at: deps.clock(),
    draw: deps.random(),
  }
}
