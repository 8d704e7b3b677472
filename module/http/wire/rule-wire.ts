import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Simulation } from '../../app/routing/simulate-routing.ts'
import type { RuleBodyWire, RuleFindingWire, RuleOverridesWire, RuleWire } from '../../contract/api/rules.ts'
import type { SimulationWire } from '../../contract/api/simulation.ts'
import type { RoutingOverrides, StickyMode } from '../../domain/designation/sticky-mode.ts'
import type { Directory } from '../../domain/directory/directory.ts'
import { queueStrategies, ringGroupStrategies, type Strategy } from '../../domain/directory/group.ts'
import {
  asCarrierId,
  asExtension,
  asGroupNumber,
  type GroupRef,
  groupKey,
  type PbxId,
} from '../../domain/ids.ts'
import { patternText } from '../../domain/rules/address-pattern.ts'
import { type DidPattern, parseDids } from '../../domain/rules/did-pattern.ts'
import { hoursText, parseHours } from '../../domain/rules/parse-hours.ts'
import type { RuleFinding } from '../../domain/rules/rule-lint.ts'
import type { RouteResult } from '../../domain/rules/rule-matching.ts'
import {
  type MessageRule,
  type OutsideHours,
  type RuleDraft,
  ruleDefaults,
} from '../../domain/rules/rules.ts'
import { parseSenderMask, senderMaskText } from '../../domain/rules/sender-mask.ts'
import { candidatesWire, groupWire } from './wire.ts'

/** A rule that can't be read: which part of it, where in its text, and what to write instead. */
export class UnreadableRule extends Error {
  readonly path: string
  readonly position: number

  constructor(path: string, { position, sentence }: { position: number; sentence: string }) {
    super(sentence)
    this.name = 'UnreadableRule'
    this.path = path
    this.position = position
  }
}

type Place = Pick<RuleDraft, 'id' | 'position'> & { readonly pbxId: PbxId }

/** @throws UnreadableRule */
export function ruleDraft(body: RuleBodyWire, place: Place, readAddress: AddressReader): RuleDraft {
  const { id, position, pbxId } = place
  return {
    id,
    position,
    name: body.name,
    enabled: body.enabled,
    dids: didsOf(body.dids, readAddress),
    channels: body.channels,
    carriers: body.carriers?.map(asCarrierId) ?? null,
    senders: read('senders', parseSenderMask(body.senders ?? '', readAddress)),
    hours: hoursOf(body.hours),
    destination: groupRef(pbxId, body.destination),
    outside: outsideOf(body.outside, pbxId),
    overrides: overridesFrom(body.overrides ?? {}),
  }
}

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: { readonly position: number; readonly sentence: string } }

function read<T>(path: string, result: Read<T>): T {
  if (!result.ok) throw new UnreadableRule(path, result.problem)
  return result.value
}

const didsOf = (texts: readonly string[], readAddress: AddressReader): DidPattern[] =>
  texts.flatMap((text, index) => read(`dids[${index}]`, parseDids(text, readAddress)))

function hoursOf(text: RuleBodyWire['hours']): RuleDraft['hours'] {
  if (text === undefined) return ruleDefaults.hours
  const result = parseHours(text)
  if (!result.ok) throw new UnreadableRule(`hours.${result.problem.path}`, result.problem)
  return result.value
}

function outsideOf(outside: RuleBodyWire['outside'], pbxId: PbxId): OutsideHours {
  if (outside === undefined) return ruleDefaults.outside
  return outside.kind === 'group' ? { kind: 'group', group: groupRef(pbxId, outside.group) } : outside
}

export const groupRef = (
  pbxId: PbxId,
  { kind, number }: { readonly kind: GroupRef['kind']; readonly number: string },
): GroupRef => ({ pbxId, kind, number: asGroupNumber(number) })

const msPerMinute = 60_000

function overridesFrom({ strategy, cap, sticky }: Partial<RuleOverridesWire>): RoutingOverrides {
  return { strategy: strategyOf(strategy ?? null), cap: cap ?? null, sticky: stickyOf(sticky ?? null) }
}

const strategies: readonly string[] = [...queueStrategies, ...ringGroupStrategies]
const isStrategy = (text: string): text is Strategy => strategies.includes(text)

function strategyOf(text: string | null): Strategy | null {
  if (text === null || isStrategy(text)) return text
  throw new UnreadableRule('overrides.strategy', {
    position: 0,
    sentence: `“${text}” is no strategy. Choose one of ${[...new Set(strategies)].join(', ')}.`,
  })
}

const stickyOf = (sticky: RuleOverridesWire['sticky']): StickyMode | null =>
  sticky === null || sticky.kind === 'keep'
    ? sticky
    : { kind: sticky.kind, afterMs: sticky.afterMinutes * msPerMinute }

const stickyWire = (sticky: StickyMode | null): RuleOverridesWire['sticky'] =>
  sticky === null || sticky.kind === 'keep'
    ? sticky
    : { kind: sticky.kind, afterMinutes: Math.round(sticky.afterMs / msPerMinute) }

export const ruleWire = (rule: MessageRule, directory: Directory): RuleWire => ({
  id: rule.id,
  version: rule.version,
  name: rule.name,
  position: rule.position,
  enabled: rule.enabled,
  dids: rule.dids.map(patternText),
  channels: rule.channels === null ? null : [...rule.channels],
  carriers: rule.carriers === null ? null : [...rule.carriers],
  senders: senderMaskText(rule.senders),
  hours: hoursWire(rule.hours),
  destination: groupWire(directory, rule.destination),
  outside:
    rule.outside.kind === 'group'
      ? { kind: 'group', group: groupWire(directory, rule.outside.group) }
      : { ...rule.outside },
  overrides: {
    strategy: rule.overrides.strategy,
    cap: rule.overrides.cap,
    sticky: stickyWire(rule.overrides.sticky),
  },
})

function hoursWire(hours: RuleDraft['hours']): RuleWire['hours'] {
  const text = hoursText(hours)
  return text.kind === 'weekly'
    ? { ...text, days: { ...text.days }, holidays: (text.holidays ?? []).map((holiday) => ({ ...holiday })) }
    : { ...text }
}

export const findingWire = ({ code, severity, ruleIds, sentence }: RuleFinding): RuleFindingWire => ({
  code,
  severity,
  rules: [...ruleIds],
  sentence,
})

export function simulationWire(simulation: Simulation, directory: Directory): SimulationWire {
  const { steps, result, sentence, notes } = simulation
  return {
    sentence,
    rules: steps.map(({ rule, reason }) => ({
      id: rule.id,
      name: rule.name,
      taken: reason === null,
      reason,
    })),
    routed: result.kind === 'unrouted' ? null : routedWire(simulation, result, directory),
    notes: [...notes],
  }
}

function routedWire(
  { conversation, decision, group, record }: Simulation,
  { rule, hold, ...ruled }: Extract<RouteResult, { kind: 'routed' }>,
  directory: Directory,
): SimulationWire['routed'] {
  const designated = record === null ? (decision?.mention ?? null) : (record.winner?.extension ?? null)
  const input = record?.input ?? null
  return {
    ruleId: rule.id,
    group: groupWire(directory, group ?? ruled.group),
    held:
      hold !== null && designated === null && (group === null || groupKey(group) === groupKey(ruled.group)),
    autoReply: decision?.autoReply?.text ?? null,
    conversationId: conversation?.id ?? null,
    designated:
      designated === null
        ? null
        : {
            extension: designated,
            name:
              record?.winner?.name ?? directory.extensions.get(asExtension(designated))?.name ?? designated,
          },
    kept: record === null && designated !== null,
    candidates: candidatesWire(input),
  }
}
