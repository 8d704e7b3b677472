import { decideInbound } from '../../domain/designation/routing.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import type { GroupRef, MessageId, RuleId } from '../../domain/ids.ts'
import { applyRules, type RouteResult, routeBy } from '../../domain/rules/rule-matching.ts'
import { findRule, type MessageRule } from '../../domain/rules/rules.ts'
import type { InboundReceipt } from '../ports/store-requests.ts'
import type { UnroutedMessage } from '../ports/stored.ts'
import {
  momentOf,
  type RoutingDeps,
  type Way,
  wayOf,
  wayToGroup,
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
  const { store, pbx } = deps

  function commit(messageId: MessageId, { route, context }: Way, ruleSetVersion: number | null) {
    if (route === null) return null
    return store.commitUnrouted({ messageId, route, ruleSetVersion, at: context.at }, (state) =>
      decideInbound(state, context),
    )
  }

  async function byRule(unrouted: UnroutedMessage, ruleId: RuleId): Promise<Result<RoutedReceipt>> {
    let found = true
    const receipt = await whileRulesStand(async () => {
      const ruleSet = store.ruleSet()
      const rule = findRule(ruleSet, ruleId)
      found = rule !== null
      if (rule === null) return null
      return commit(unrouted.id, wayOf(deps, unrouted.message.sender, byHand(rule)), ruleSet.version)
    })
    return found ? routed(receipt) : fail({ code: 'not-found', what: 'rule' })
  }

  /** The rule's hours hold here too; one that leaves closed hours to other rules has only its own destination. */
  const byHand = (rule: MessageRule): RouteResult =>
    routeBy(rule, momentOf(deps)) ?? { kind: 'routed', rule, group: rule.destination, hold: null }

  async function toGroup({ id, message }: UnroutedMessage, group: GroupRef): Promise<Result<RoutedReceipt>> {
    if (findGroup(pbx.snapshot().directory, group) === null)
      return fail({ code: 'no-such-group', group: group.number })
    return routed(
      await whileRulesStand(async () => commit(id, wayToGroup(deps, message.sender, group), null)),
    )
  }

  /** Applies the rules to one message; whether one took it. */
  async function routeOne({ id, message }: UnroutedMessage): Promise<boolean> {
    const receipt = await whileRulesStand(async () => {
      const ruleSet = store.ruleSet()
      const result = applyRules(ruleSet, message, momentOf(deps))
      return commit(id, wayOf(deps, message.sender, result), ruleSet.version)
    })
    return receipt?.kind === 'committed'
  }

  return {
    async route(messageId: MessageId, target: UnroutedTarget): Promise<Result<RoutedReceipt>> {
      const unrouted = store.unroutedMessage(messageId)
      if (unrouted === null) return routed(null)
      return target.kind === 'rule' ? byRule(unrouted, target.ruleId) : toGroup(unrouted, target.group)
    },

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
