import type { CarrierId, GroupRef } from '../ids.ts'
import { type Address, type AddressKey, addressKey } from '../message/address.ts'
import type { Channel } from '../message/message.ts'
import { type AddressPattern, type DigitsKind, patternMatches, patternText } from './address-pattern.ts'
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
  const rules = compiled(ruleSet)
  const { did, sender } = message
  const asked: Asked = {
    message,
    moment,
    order: isDigits(sender) ? orderOf(sender.kind, sender.value) : Number.NaN,
    minute: Math.floor(moment.at / msPerMinute),
  }
  const exact = rules.byDid.get(addressKey(did)) ?? noRules
  const ranged = rulesWithin(rules.ranges, did)
  return (
    (ranged.length === 0 ? firstOf(exact, asked) : firstAmong(merged(exact.rules, ranged), asked)) ?? unrouted
  )
}

const unrouted = { kind: 'unrouted' } as const

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
  if (!takesSender(rule, message.sender)) return 'other-sender'
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

const takesSender = ({ senders }: MessageRule, sender: Address): boolean =>
  senders === null || senders.some((wanted) => patternMatches(wanted, sender))

const takesCarrier = ({ carriers }: MessageRule, id: CarrierId | null): boolean =>
  carriers === null || (id !== null && carriers.includes(id))

// ------------------------------------------------------------------------------------------- compiling

type Routed = Extract<RouteResult, { kind: 'routed' }>

/** A message with what is worked out once for all rules. */
interface Asked {
  readonly message: Routable
  readonly moment: Moment
  /** The sender in the order of numbers; NaN, which no comparison holds for, where it is none. */
  readonly order: number
  readonly minute: number
}

interface CompiledRule {
  readonly rule: MessageRule
  readonly index: number
  /** The last minute at which its hours were looked at and left the message to other rules. */
  closedMinute: number
}

/** Rules in their order, each with a span of numbers outside of which no sender is its. Columns of numbers are quick. */
interface RuleColumns {
  readonly from: Float64Array
  readonly to: Float64Array
  readonly rules: readonly CompiledRule[]
}

/** A rule set made ready: what is asked with every message must hardly depend on how many rules there are. */
interface CompiledRules {
  /** Of one DID, by spans of senders. */
  readonly byDid: ReadonlyMap<AddressKey, RuleColumns>
  /** Of ranges of DIDs, by those ranges. */
  readonly ranges: RuleColumns
}

interface Span {
  readonly from: number
  readonly to: number
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
  const byDid = new Map<AddressKey, [Span, CompiledRule][]>()
  const ranges: [Span, CompiledRule][] = []
  for (const [index, rule] of rules.entries()) {
    if (!rule.enabled) continue
    const ready: CompiledRule = { rule, index, closedMinute: Number.NaN }
    const senders = (rule.senders ?? ['everybody' as const]).map((pattern): [Span, CompiledRule] => [
      pattern === 'everybody' ? everything : spanOf(pattern),
      ready,
    ])
    for (const did of rule.dids) {
      if (did.kind === 'range') ranges.push([spanOf(did), ready])
      else byDid.set(addressKey(did), [...(byDid.get(addressKey(did)) ?? []), ...senders])
    }
  }
  return {
    byDid: new Map([...byDid].map(([key, entries]) => [key, columns(entries)])),
    ranges: columns(ranges),
  }
}

const columns = (entries: readonly (readonly [Span, CompiledRule])[]): RuleColumns => ({
  from: Float64Array.from(entries, ([{ from }]) => from),
  to: Float64Array.from(entries, ([{ to }]) => to),
  rules: entries.map(([, rule]) => rule),
})

const noRules = columns([])
const everything: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** The numbers between which a pattern lies; whoever is no number could be anywhere. */
function spanOf(pattern: AddressPattern): Span {
  switch (pattern.kind) {
    case 'range':
      return spanBetween(pattern.of, pattern.from, pattern.to)
    case 'mask':
      return spanBetween(pattern.of, pattern.digits.replaceAll('*', '0'), pattern.digits.replaceAll('*', '9'))
    case 'number':
    case 'short-code':
      return spanBetween(pattern.kind, pattern.value, pattern.value)
    default:
      return everything
  }
}

function spanBetween(kind: DigitsKind, low: string, high: string): Span {
  const [a, b] = [orderOf(kind, low), orderOf(kind, high)]
  return { from: Math.min(a, b), to: Math.max(a, b) }
}

/**
 * A number by which its own kind and length are in order and all others are elsewhere: a 1 before the digits
 * keeps leading zeros, and short codes are negative. E.164's 15 digits fit exactly.
 */
const orderOf = (kind: DigitsKind, value: string): number =>
  kind === 'number' ? Number(`1${value.slice(1)}`) : -Number(`1${value}`)

const isDigits = (address: Address): address is Address & { readonly kind: DigitsKind } =>
  address.kind === 'number' || address.kind === 'short-code'

function rulesWithin({ from, to, rules }: RuleColumns, did: Address): readonly CompiledRule[] {
  if (rules.length === 0 || !isDigits(did)) return []
  const order = orderOf(did.kind, did.value)
  const within: CompiledRule[] = []
  for (let place = 0; place < rules.length; place++) {
    if ((from[place] ?? 0) > order || (to[place] ?? 0) < order) continue
    const ready = rules[place]
    if (ready !== undefined) within.push(ready)
  }
  return within
}

/** Both are in the order of the rules already. */
function merged(a: readonly CompiledRule[], b: readonly CompiledRule[]): readonly CompiledRule[] {
  if (a.length === 0) return b
  return [...a, ...b].sort((one, other) => one.index - other.index)
}

function firstOf({ from, to, rules }: RuleColumns, asked: Asked): Routed | null {
  const { order } = asked
  for (let place = 0; place < rules.length; place++) {
    if (order < (from[place] ?? 0) || order > (to[place] ?? 0)) continue
    const ready = rules[place]
    const route = ready === undefined ? null : take(ready, asked)
    if (route !== null) return route
  }
  return null
}

function firstAmong(rules: readonly CompiledRule[], asked: Asked): Routed | null {
  for (const ready of rules) {
    const route = take(ready, asked)
    if (route !== null) return route
  }
  return null
}

function take(ready: CompiledRule, { message, moment, minute }: Asked): Routed | null {
  const { rule } = ready
  // A weekly plan changes on whole minutes only: closed once is closed for the rest of that minute.
  if (ready.closedMinute === minute) return null
  if (rule.channels !== null && !rule.channels.includes(message.channel)) return null
  if (!takesSender(rule, message.sender) || !takesCarrier(rule, message.carrierId)) return null
  const route = routeBy(rule, moment)
  if (route === null && rule.hours.kind === 'weekly') ready.closedMinute = minute
  return route
}

const msPerMinute = 60_000
