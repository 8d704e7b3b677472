import { type Directory, findGroup, groupName } from '../directory/directory.ts'
import { type CarrierId, type GroupRef, groupKey, type RuleId } from '../ids.ts'
import type { Address } from '../message/address.ts'
import { type Channel, channels } from '../message/message.ts'
import {
  type AddressPattern,
  patternCovers,
  patternMatches,
  patternsMeet,
  patternText,
} from './address-pattern.ts'
import { canOpen } from './rule-hours.ts'
import { destinationsOf, type MessageRule, type RuleSet } from './rules.ts'

/** Stable codes of what may be wrong with a set of rules. */
export type RuleFindingCode =
  | 'shadowed'
  | 'overlapping'
  | 'empty-group'
  | 'vanished-group'
  | 'unknown-did'
  | 'unknown-carrier'
  | 'never-open'
  | 'vanished-schedule'
  | 'mask-cannot-match'

export interface RuleFinding {
  readonly code: RuleFindingCode
  /** `error`: messages go nowhere, or a rule has no effect. `note`: may well be meant so. */
  readonly severity: 'error' | 'warning' | 'note'
  /** The rule it is about, then the others that have a part in it. */
  readonly ruleIds: readonly RuleId[]
  readonly sentence: string
}

/** What the carriers own, as far as it is known. */
export interface CarrierNumbers {
  readonly id: CarrierId
  readonly enabled: boolean
  /** Null where the account does not list them. */
  readonly numbers: readonly Address[] | null
}

export interface LintFacts {
  readonly directory: Directory
  readonly carriers: readonly CarrierNumbers[]
  /** Whether one of the PBX's inbound routes is for a DID of the pattern. */
  readonly isRouted: (did: AddressPattern) => boolean
}

/** What is wrong, or looks so, with rules that are switched on. Pure. */
export function lintRules(ruleSet: RuleSet, facts: LintFacts): RuleFinding[] {
  const enabled = ruleSet.rules.filter((rule) => rule.enabled)
  return enabled.flatMap((rule, index) => [
    ...againstEarlier(rule, enabled.slice(0, index)),
    ...aboutDestinations(rule, facts.directory),
    ...aboutDids(rule, facts),
    ...aboutCarriers(rule, facts.carriers),
    ...aboutHours(rule, facts.directory),
    ...aboutSenders(rule),
  ])
}

// --------------------------------------------------------------------------------- rules among each other

const namedRules = 3

function againstEarlier(rule: MessageRule, earlier: readonly MessageRule[]): RuleFinding[] {
  const touching = earlier.filter((other) => overlap(other, rule))
  if (touching.length === 0) return []
  const shadows = touching.filter((other) => takesAlways(other) && coversAllBut(other, rule))
  const shadowedBy = rule.dids.map((did) =>
    shadows.find((other) => other.dids.some((wide) => patternCovers(wide, did))),
  )
  if (shadowedBy.every((other) => other !== undefined)) {
    const by = [...new Set(shadowedBy)]
    return [
      finding(
        'shadowed',
        'error',
        [rule, ...by],
        `“${rule.name}” never gets a message: ${namesOf(by)} before it ${by.length === 1 ? 'takes' : 'take'} all of them. Move it up, or delete it.`,
      ),
    ]
  }
  const differing = touching.filter((other) => !sameEffect(other, rule))
  // An exception before the general case is how rules are meant to be written.
  const exceptions = differing.filter((other) => coversWhole(rule, other))
  const crossing = differing.filter((other) => !exceptions.includes(other))
  return [
    ...(crossing.length === 0 ? [] : [overlapping(rule, crossing, 'warning')]),
    ...(exceptions.length === 0 ? [] : [overlapping(rule, exceptions, 'note')]),
  ]
}

function overlapping(
  rule: MessageRule,
  others: readonly MessageRule[],
  severity: 'warning' | 'note',
): RuleFinding {
  const sentence =
    severity === 'note'
      ? `${namesOf(others)} ${others.length === 1 ? 'is an exception' : 'are exceptions'} to “${rule.name}” and ${others.length === 1 ? 'comes' : 'come'} first, as it should be.`
      : `Some messages fit “${rule.name}” and also ${namesOf(others)}, which ${others.length === 1 ? 'comes' : 'come'} first and ${others.length === 1 ? 'gets' : 'get'} them. Check that this order is meant.`
  return finding('overlapping', severity, [rule, ...others], sentence)
}

function namesOf(rules: readonly MessageRule[]): string {
  const named = rules.slice(0, namedRules).map(({ name }) => `“${name}”`)
  const more = rules.length - namedRules
  if (more > 0) return `${named.join(', ')} and ${more} more`
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
}

/** Whether some message fits both, hours aside. */
const overlap = (a: MessageRule, b: MessageRule): boolean =>
  anyMeet(a.dids, b.dids) &&
  channelsOf(a).some((channel) => channelsOf(b).includes(channel)) &&
  (a.carriers === null || b.carriers === null || a.carriers.some((id) => b.carriers?.includes(id))) &&
  (a.senders === null || b.senders === null || anyMeet(a.senders, b.senders))

const anyMeet = (a: readonly AddressPattern[], b: readonly AddressPattern[]): boolean =>
  a.some((one) => b.some((other) => patternsMeet(one, other)))

const channelsOf = (rule: MessageRule): readonly Channel[] => rule.channels ?? channels

const takesAlways = ({ hours, outside }: MessageRule): boolean =>
  hours.kind === 'always' || outside.kind !== 'next-rule'

/** Takes everything that `narrow` takes, its DIDs aside. */
const coversAllBut = (wide: MessageRule, narrow: MessageRule): boolean =>
  channelsOf(narrow).every((channel) => channelsOf(wide).includes(channel)) &&
  (wide.carriers === null || (narrow.carriers?.every((id) => wide.carriers?.includes(id)) ?? false)) &&
  (wide.senders === null || (narrow.senders !== null && allCovered(wide.senders, narrow.senders)))

const coversWhole = (wide: MessageRule, narrow: MessageRule): boolean =>
  coversAllBut(wide, narrow) && allCovered(wide.dids, narrow.dids)

const allCovered = (wide: readonly AddressPattern[], narrow: readonly AddressPattern[]): boolean =>
  narrow.every((one) => wide.some((other) => patternCovers(other, one)))

const sameEffect = (a: MessageRule, b: MessageRule): boolean =>
  groupKey(a.destination) === groupKey(b.destination) &&
  JSON.stringify([a.hours, a.outside, a.overrides]) === JSON.stringify([b.hours, b.outside, b.overrides])

// ------------------------------------------------------------------------------ rules against the world

function aboutDestinations(rule: MessageRule, directory: Directory): RuleFinding[] {
  // Until the PBX has answered once, nobody knows which groups there are.
  if (directory.readAt === null) return []
  return destinationsOf(rule).flatMap((ref) => {
    const group = findGroup(directory, ref)
    const name = groupName(directory, ref)
    if (group === null) {
      return [
        finding(
          'vanished-group',
          'error',
          [rule],
          `“${rule.name}” sends messages to ${name}, which the PBX does not have${kindHint(ref)}. They wait there, where administrators alone see them. Choose another destination.`,
        ),
      ]
    }
    if (group.members.length > 0) return []
    return [
      finding(
        'empty-group',
        'error',
        [rule],
        `“${rule.name}” sends messages to ${name}, which has no members. Add some at the PBX, or choose another destination.`,
      ),
    ]
  })
}

const kindHint = ({ kind, number }: GroupRef): string =>
  kind === 'extension' ? ` as an extension (${number})` : ''

function aboutDids(rule: MessageRule, { directory, carriers, isRouted }: LintFacts): RuleFinding[] {
  const working = carriers.filter(({ enabled }) => enabled)
  const owned = working.flatMap(({ numbers }) => numbers ?? [])
  const unknown = rule.dids.filter(
    (did) => !isRouted(did) && !owned.some((number) => patternMatches(did, number)),
  )
  if (unknown.length === 0) return []
  const shown = unknown.slice(0, namedRules).map(patternText).join(', ')
  const more = unknown.length - namedRules
  // A carrier that does not list its numbers may well own it, and an unread PBX too.
  const unsure = directory.readAt === null || working.some(({ numbers }) => numbers === null)
  return [
    finding(
      'unknown-did',
      unsure ? 'note' : 'warning',
      [rule],
      `“${rule.name}” is for ${shown}${more > 0 ? ` and ${more} more` : ''}, which ${unknown.length === 1 ? 'is' : 'are'} neither among the PBX’s inbound routes nor among the carriers’ numbers. Check the spelling${unsure ? ', or list the numbers in the carrier account' : ''}.`,
    ),
  ]
}

function aboutCarriers(rule: MessageRule, carriers: readonly CarrierNumbers[]): RuleFinding[] {
  const working = new Set(carriers.filter(({ enabled }) => enabled).map(({ id }) => id))
  const missing = (rule.carriers ?? []).filter((id) => !working.has(id))
  if (missing.length === 0) return []
  const all = missing.length === rule.carriers?.length
  return [
    finding(
      'unknown-carrier',
      all ? 'error' : 'warning',
      [rule],
      `“${rule.name}” is for the carrier ${missing.join(', ')}, which does not exist or is switched off${all ? ', so it never gets a message' : ''}.`,
    ),
  ]
}

function aboutHours(rule: MessageRule, directory: Directory): RuleFinding[] {
  const { hours, outside } = rule
  if (!canOpen(hours)) {
    const held = outside.kind === 'hold'
    return [
      finding(
        'never-open',
        held || outside.kind === 'next-rule' ? 'error' : 'warning',
        [rule],
        `“${rule.name}” is never open: its weekly plan has no hours. ${held ? 'What it holds is never given to anybody. ' : ''}Add hours, or choose “always”.`,
      ),
    ]
  }
  if (hours.kind !== 'pbx' || directory.readAt === null) return []
  if (directory.schedules.has(hours.schedule)) return []
  return [
    finding(
      'vanished-schedule',
      'warning',
      [rule],
      `“${rule.name}” follows ${hours.schedule.replace('/', ' ')}, which the PBX does not have. It counts as open until you choose another.`,
    ),
  ]
}

/** Who can write by a channel at all. */
const senderKinds: Record<Channel, readonly Address['kind'][]> = {
  sms: ['number', 'short-code', 'name'],
  whatsapp: ['number', 'whatsapp-user'],
  sip: ['number', 'short-code', 'name'],
}

function aboutSenders(rule: MessageRule): RuleFinding[] {
  const { senders } = rule
  if (senders === null) return []
  const possible = new Set(channelsOf(rule).flatMap((channel) => senderKinds[channel]))
  const dead = senders.filter((pattern) => {
    const kind = pattern.kind === 'range' || pattern.kind === 'mask' ? pattern.of : pattern.kind
    return !possible.has(kind) || startsWithZero(pattern)
  })
  if (dead.length === 0) return []
  const all = dead.length === senders.length
  return [
    finding(
      'mask-cannot-match',
      all ? 'error' : 'warning',
      [rule],
      `In the sender mask of “${rule.name}”, ${dead.map((pattern) => `“${patternText(pattern)}”`).join(', ')} can't fit any sender that comes by ${channelsOf(rule).join(' or ')}${all ? ', so it never gets a message' : ''}. Correct it, or take it out.`,
    ),
  ]
}

/** No country code begins with a zero: somebody wrote a trunk prefix behind the plus. */
function startsWithZero(pattern: AddressPattern): boolean {
  if (pattern.kind === 'mask') return pattern.digits.startsWith('+0')
  if (pattern.kind === 'range') return pattern.to.startsWith('+0')
  return pattern.value.startsWith('+0') && pattern.kind === 'number'
}

const finding = (
  code: RuleFindingCode,
  severity: RuleFinding['severity'],
  rules: readonly (MessageRule | undefined)[],
  sentence: string,
): RuleFinding => ({
  code,
  severity,
  ruleIds: rules.flatMap((rule) => (rule === undefined ? [] : [rule.id])),
  sentence,
})
