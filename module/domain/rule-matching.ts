import { type Address, type AddressKey, addressKey } from './address.ts'
import { type AddressPattern, isOneAddress, patternMatches, patternText } from './address-pattern.ts'
import type { CarrierId, GroupRef } from './ids.ts'
import type { Channel } from './message.ts'
import { type Moment, opennessOf, opennessWords } from './rule-hours.ts'
import type { Hold, MessageRule, RuleSet } from './rules.ts'
import { senderMaskText } from './sender-mask.ts'

/** The facts of a message that rules look at. */
export interface Routable {
  readonly did: Address
  readonly sender: Address
  readonly channel: Channel
  /** Null is none that any rule names. */
  readonly carrierId: CarrierId | null
}

export type RouteResult =
  | { readonly kind: 'unrouted' }
  | {
      readonly kind: 'routed'
      readonly rule: MessageRule
      readonly group: GroupRef
      /** The message waits until the rule's hours begin; null where it does not. */
      readonly hold: Hold | null
    }

export type RuleMismatch =
  | 'disabled'
  | 'other-channel'
  | 'other-did'
  | 'other-carrier'
  | 'other-sender'
  | 'outside-hours'

/** The first enabled rule that takes the message, and where it goes by it at that moment. */
export function applyRules(ruleSet: RuleSet, message: Routable, moment: Moment): RouteResult {
  for (const { rule, takesSender } of candidates(compiled(ruleSet), message.did)) {
    if (rule.channels !== null && !rule.channels.includes(message.channel)) continue
    if (!takesSender(message.sender) || !takesCarrier(rule, message.carrierId)) continue
    const route = routeBy(rule, moment)
    if (route !== null) return route
  }
  return { kind: 'unrouted' }
}

/** Where a rule sends what it takes; null when it takes nothing at that moment. */
export function routeBy(rule: MessageRule, moment: Moment): Extract<RouteResult, { kind: 'routed' }> | null {
  const { destination, hours, outside } = rule
  if (opennessOf(hours, moment).open) return { kind: 'routed', rule, group: destination, hold: null }
  switch (outside.kind) {
    case 'next-rule':
      return null
    case 'group':
      return { kind: 'routed', rule, group: outside.group, hold: null }
    case 'hold':
      return { kind: 'routed', rule, group: destination, hold: outside }
    default:
      return outside satisfies never
  }
}

/** Why a rule does not take a message; null when it does. Says the same as `applyRules`, one rule at a time. */
export function mismatch(rule: MessageRule, message: Routable, moment: Moment): RuleMismatch | null {
  if (!rule.enabled) return 'disabled'
  if (!rule.dids.some((wanted) => patternMatches(wanted, message.did))) return 'other-did'
  if (rule.channels !== null && !rule.channels.includes(message.channel)) return 'other-channel'
  if (!takesCarrier(rule, message.carrierId)) return 'other-carrier'
  if (rule.senders !== null && !rule.senders.some((wanted) => patternMatches(wanted, message.sender)))
    return 'other-sender'
  return routeBy(rule, moment) === null ? 'outside-hours' : null
}

/** Why a rule did not take a message, in plain words; null when it did. */
export function explainMismatch(rule: MessageRule, message: Routable, moment: Moment): string | null {
  const reason = mismatch(rule, message, moment)
  switch (reason) {
    case null:
      return null
    case 'disabled':
      return 'It is switched off.'
    case 'other-did':
      return `It is for messages to ${someOf(rule.dids)}, and this one is to ${patternText(message.did)}.`
    case 'other-channel':
      return `It is for ${(rule.channels ?? []).join(' and ')}, and this message comes by ${message.channel}.`
    case 'other-carrier':
      return `It is for the carrier ${(rule.carriers ?? []).join(' or ')}, and this message comes by ${message.carrierId ?? 'none that was named'}.`
    case 'other-sender':
      return `It is for senders that fit “${shortened(senderMaskText(rule.senders))}”, and ${patternText(message.sender)} does not.`
    case 'outside-hours':
      return `It is closed then ${opennessWords(opennessOf(rule.hours, moment), rule.hours)}, and leaves what comes outside its hours to the rules after it.`
    default:
      return reason satisfies never
  }
}

const shownPatterns = 5

function someOf(patterns: readonly AddressPattern[]): string {
  const shown = patterns.slice(0, shownPatterns).map(patternText).join(', ')
  const more = patterns.length - shownPatterns
  return more > 0 ? `${shown} and ${more} more` : shown
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

const takesCarrier = ({ carriers }: MessageRule, id: CarrierId | null): boolean =>
  carriers === null || (id !== null && carriers.includes(id))

// ------------------------------------------------------------------------------------------- compiling

interface CompiledRule {
  readonly rule: MessageRule
  readonly index: number
  readonly takesSender: (sender: Address) => boolean
}

/** A rule set made ready: what is asked with every message must not depend on how many rules there are. */
interface CompiledRules {
  readonly byDid: ReadonlyMap<AddressKey, readonly CompiledRule[]>
  /** Rules by ranges of DIDs, as two columns of numbers, since a thousand comparisons of numbers are nothing. */
  readonly ranges: {
    readonly from: Float64Array
    readonly to: Float64Array
    readonly rules: readonly CompiledRule[]
  }
}

const compiledSets = new WeakMap<RuleSet, CompiledRules>()

function compiled(ruleSet: RuleSet): CompiledRules {
  let rules = compiledSets.get(ruleSet)
  if (rules === undefined) {
    rules = compile(ruleSet)
    compiledSets.set(ruleSet, rules)
  }
  return rules
}

function compile({ rules }: RuleSet): CompiledRules {
  const byDid = new Map<AddressKey, CompiledRule[]>()
  const ranges: { from: number; to: number; rule: CompiledRule }[] = []
  for (const [index, rule] of rules.entries()) {
    if (!rule.enabled) continue
    const ready = { rule, index, takesSender: senderTest(rule.senders) }
    for (const did of rule.dids) {
      if (did.kind === 'range') {
        const ends = [orderOf(did.of, did.from), orderOf(did.of, did.to)].sort((a, b) => a - b)
        ranges.push({ from: ends[0] ?? 0, to: ends[1] ?? 0, rule: ready })
      } else {
        const key = addressKey(did)
        const there = byDid.get(key)
        if (there === undefined) byDid.set(key, [ready])
        else if (there.at(-1) !== ready) there.push(ready)
      }
    }
  }
  return {
    byDid,
    ranges: {
      from: Float64Array.from(ranges, ({ from }) => from),
      to: Float64Array.from(ranges, ({ to }) => to),
      rules: ranges.map(({ rule }) => rule),
    },
  }
}

/** Rules that a DID belongs to, in their order. */
function candidates({ byDid, ranges }: CompiledRules, did: Address): readonly CompiledRule[] {
  const exact = byDid.get(addressKey(did)) ?? []
  if (ranges.rules.length === 0 || (did.kind !== 'number' && did.kind !== 'short-code')) return exact
  const order = orderOf(did.kind, did.value)
  const within: CompiledRule[] = []
  for (let place = 0; place < ranges.rules.length; place++) {
    if ((ranges.from[place] ?? 0) > order || (ranges.to[place] ?? 0) < order) continue
    const rule = ranges.rules[place]
    if (rule !== undefined) within.push(rule)
  }
  if (within.length === 0) return exact
  return [...new Set([...exact, ...within])].sort((a, b) => a.index - b.index)
}

/**
 * A number by which its own kind and length are in order and all others are elsewhere: a 1 before the digits
 * keeps leading zeros, and short codes are negative. E.164's 15 digits fit exactly.
 */
const orderOf = (kind: 'number' | 'short-code', value: string): number =>
  kind === 'number' ? Number(`1${value.slice(1)}`) : -Number(`1${value}`)

function senderTest(senders: MessageRule['senders']): CompiledRule['takesSender'] {
  if (senders === null) return () => true
  const single = new Set(senders.filter(isOneAddress).map(addressKey))
  const wide = senders.filter((pattern) => !isOneAddress(pattern))
  if (wide.length === 0) return (sender) => single.has(addressKey(sender))
  return (sender) =>
    (single.size > 0 && single.has(addressKey(sender))) ||
    wide.some((pattern) => patternMatches(pattern, sender))
}
