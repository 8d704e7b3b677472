import { findGroup } from '../domain/directory.ts'
import { fail, type Result, succeed } from '../domain/failures.ts'
import type { GroupRef, MessageId, RuleId } from '../domain/ids.ts'
import { decideInbound } from '../domain/routing.ts'
import { applyRules, type RouteResult, routeBy } from '../domain/rule-matching.ts'
import { findRule, type MessageRule } from '../domain/rules.ts'
import type { InboundReceipt, InboundRoute, UnroutedMessage } from './ports.ts'
import {
  contextOf,
  momentOf,
  type RoutingDeps,
  routeOf,
  routingContext,
  whileRulesStand,
} from './receive-inbound.ts'

/** Where an administrator sends a message that no rule took. */
export type UnroutedTarget =
  | { readonly kind: 'rule'; readonly ruleId: RuleId }
  | { readonly kind: 'group'; readonly group: GroupRef }

export type RoutedReceipt = Extract<InboundReceipt, { kind: 'committed' }>

const batchSize = 100

/** Sends unrouted messages on, by the same way that an inbound message takes, each in one transaction. */
export function createRouteUnrouted(deps: RoutingDeps) {
  const { store, pbx, clock } = deps

  async function commit(
    messageId: MessageId,
    result: RouteResult,
    ruleSetVersion: number | null,
  ): Promise<InboundReceipt | null> {
    const route = routeOf(result)
    if (route === null) return null
    const context = contextOf(deps, result)
    return store.commitUnrouted({ messageId, route, ruleSetVersion, at: context.at }, (state) =>
      decideInbound(state, context),
    )
  }

  async function byRule(messageId: MessageId, ruleId: RuleId): Promise<Result<RoutedReceipt>> {
    let found = true
    const receipt = await whileRulesStand(async () => {
      const ruleSet = store.ruleSet()
      const rule = findRule(ruleSet, ruleId)
      found = rule !== null
      return rule === null ? null : commit(messageId, byHand(rule), ruleSet.version)
    })
    return found ? routed(receipt) : fail({ code: 'not-found', what: 'rule' })
  }

  /** The rule's hours hold here too; one that leaves closed hours to other rules has only its own destination. */
  const byHand = (rule: MessageRule): RouteResult =>
    routeBy(rule, momentOf(deps)) ?? { kind: 'routed', rule, group: rule.destination, hold: null }

  async function toGroup(messageId: MessageId, group: GroupRef): Promise<Result<RoutedReceipt>> {
    if (findGroup(pbx.snapshot().directory, group) === null)
      return fail({ code: 'no-such-group', group: group.number })
    const context = routingContext(deps, group)
    const route: InboundRoute = { group, ruleId: null }
    return routed(
      await store.commitUnrouted({ messageId, route, ruleSetVersion: null, at: clock() }, (state) =>
        decideInbound(state, context),
      ),
    )
  }

  /** Applies the rules to one message; whether one took it. */
  async function routeOne({ id, message }: UnroutedMessage): Promise<boolean> {
    const receipt = await whileRulesStand(async () => {
      const ruleSet = store.ruleSet()
      return commit(id, applyRules(ruleSet, message, momentOf(deps)), ruleSet.version)
    })
    return receipt?.kind === 'committed'
  }

  return {
    route: (messageId: MessageId, target: UnroutedTarget): Promise<Result<RoutedReceipt>> =>
      target.kind === 'rule' ? byRule(messageId, target.ruleId) : toGroup(messageId, target.group),

    /** Applies the rules as they are now to every unrouted message, the oldest first, as they came. */
    async routeMatching(): Promise<{ readonly routed: number; readonly left: number }> {
      let routedCount = 0
      let left = 0
      let after: number | null = null
      do {
        const page = store.oldestUnrouted(after, batchSize)
        for (const unrouted of page.items) {
          if (await routeOne(unrouted)) routedCount++
          else left++
        }
        after = page.next
      } while (after !== null)
      return { routed: routedCount, left }
    },
  }
}

function routed(receipt: InboundReceipt | null): Result<RoutedReceipt> {
  return receipt?.kind === 'committed'
    ? succeed(receipt)
    : fail({ code: 'not-found', what: 'unrouted message' })
}

export type RouteUnrouted = ReturnType<typeof createRouteUnrouted>
