import type { ConversationState, DecisionRecord, InboundDecision } from '../../domain/conversation.ts'
import type { Away } from '../../domain/designation/away.ts'
import { explainDecision } from '../../domain/designation/explain.ts'
import { decideInbound, type RoutingContext } from '../../domain/designation/routing.ts'
import { groupName, type PbxSnapshot } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import { type Presence, unknownPresence } from '../../domain/directory/presence.ts'
import {
  asConversationId,
  asDecisionId,
  type Extension,
  type GroupRef,
  groupKey,
  type Millis,
} from '../../domain/ids.ts'
import { opennessOf, opennessWords } from '../../domain/rules/rule-hours.ts'
import type { Routable, RouteResult } from '../../domain/rules/rule-matching.ts'
import { type RuleStep, traceRules } from '../../domain/rules/rule-trace.ts'
import { type RoutingDeps, wayOf } from './receive-inbound.ts'

/** What if an agent were otherwise than he is now; what is left out stays as it is. */
export interface PresenceOverride {
  readonly extension: Extension
  readonly panelOpen?: boolean | undefined
  readonly registration?: Presence['registration'] | undefined
  readonly call?: Presence['call'] | undefined
  readonly dnd?: Presence['dnd'] | undefined
  readonly paused?: boolean | undefined
  readonly loggedIn?: boolean | undefined
  readonly away?: boolean | undefined
}

export interface SimulationRequest {
  readonly message: Routable
  readonly at: Millis
  readonly presence: readonly PresenceOverride[]
}

export interface Simulation {
  readonly steps: readonly RuleStep[]
  readonly result: RouteResult
  /** Where it would go: the rule's group, or the one that the customer was transferred to. */
  readonly group: GroupRef | null
  /** The conversation it would come into, where there is one already. */
  readonly conversation: ConversationState | null
  readonly decision: InboundDecision | null
  /** The decision as it would be stored; null where nothing would be decided anew. */
  readonly record: DecisionRecord | null
  readonly sentence: string
  /** What the answer leaves open. */
  readonly notes: readonly string[]
}

export type SimulateRouting = (request: SimulationRequest) => Simulation

/** Answers "what if" by the very functions that a message goes through, on the state as it is; changes nothing. */
export function createSimulateRouting(deps: RoutingDeps): SimulateRouting {
  const { store, pbx } = deps
  return ({ message, at, presence }) => {
    const snapshot = withPresence(pbx.snapshot(), presence)
    const moment = { at, schedules: snapshot.directory.schedules }
    const { steps, result } = traceRules(store.ruleSet(), message, moment)
    if (result.kind === 'unrouted') {
      return { steps, result, ...nothingDecided, sentence: unroutedSentence(steps.length), notes: [] }
    }
    const panelOpen = (extension: Extension) =>
      presence.find((each) => each.extension === extension)?.panelOpen ?? deps.panels.isOpen(extension)
    const asked: RoutingDeps = {
      ...deps,
      clock: () => at,
      pbx: { ...pbx, snapshot: () => snapshot },
      panels: { ...deps.panels, isOpen: panelOpen },
      away: { of: (extension) => awayIf(presence, extension, deps.away?.of(extension, at) ?? null, at) },
    }
    const { route, context } = wayOf(asked, message.sender, result)
    const group = route?.group ?? result.group
    const state = store.routingState(message.sender, group)
    const decision = decideInbound(state, context)
    const record = recordOf(decision, state.conversation, at)
    return {
      steps,
      result,
      group,
      conversation: state.conversation,
      decision,
      record,
      sentence: sentenceOf(result, group, context, decision, record),
      notes: notesOf(result, context, decision),
    }
  }
}

function awayIf(
  overrides: readonly PresenceOverride[],
  extension: Extension,
  now: Away | null,
  at: Millis,
): Away | null {
  const wanted = overrides.find((each) => each.extension === extension)?.away
  if (wanted === undefined || wanted === (now !== null)) return now
  return wanted ? { since: at, until: null, reason: null, by: { kind: 'pbx', name: 'Simulation' } } : null
}

const nothingDecided = { group: null, conversation: null, decision: null, record: null } as const

const unroutedSentence = (tried: number): string =>
  tried === 0
    ? 'There are no rules, so the message is kept under Unrouted.'
    : `None of the ${tried} rules takes this message. It is kept under Unrouted, where you can send it on.`

function recordOf(
  { designation }: InboundDecision,
  conversation: ConversationState | null,
  at: Millis,
): DecisionRecord | null {
  if (designation === null) return null
  const { cause, actor, to, input, note } = designation
  return {
    id: asDecisionId(''),
    conversationId: conversation?.id ?? asConversationId(''),
    at,
    cause,
    actor,
    previous: conversation?.designated ?? null,
    winner: to,
    input,
    note,
  }
}

function sentenceOf(
  { rule, ...ruled }: Extract<RouteResult, { kind: 'routed' }>,
  group: GroupRef,
  { hold, pbx }: RoutingContext,
  { mention }: InboundDecision,
  record: DecisionRecord | null,
): string {
  const moved =
    groupKey(group) === groupKey(ruled.group)
      ? ''
      : ` The customer was transferred, though, and his messages go to ${groupName(pbx.directory, group)} until his conversation there closes.`
  const start = `“${rule.name}” takes it to ${groupName(pbx.directory, ruled.group)}.${moved}`
  if (record !== null) return `${start} ${explainDecision(record)}`
  if (mention !== null) {
    const name = pbx.directory.extensions.get(mention)?.name ?? mention
    return `${start} ${name} (${mention}) is designated for this customer already, and stays so.`
  }
  if (hold != null)
    return `${start} It comes outside the hours and waits there, with nobody designated, until they begin.`
  return `${start} Nobody is available still; the first to become available gets it.`
}

function notesOf(
  { rule }: Extract<RouteResult, { kind: 'routed' }>,
  { pbx, at }: RoutingContext,
  { designation, autoReply }: InboundDecision,
): string[] {
  const openness = opennessOf(rule.hours, { at, schedules: pbx.directory.schedules })
  const strategy = designation?.input?.strategy
  return [
    ...(openness.by === 'always'
      ? []
      : [`The rule is ${openness.open ? 'open' : 'closed'} then ${opennessWords(openness, rule.hours)}.`]),
    ...(openness.by === 'pbx' ? ['The PBX tells only how it stands now, which is what was used.'] : []),
    ...(autoReply == null ? [] : [`The customer may be answered by itself: “${autoReply.text}”`]),
    ...(strategy === 'random' || strategy === 'wrandom'
      ? ['The strategy chooses by chance: another message may get another agent.']
      : []),
    ...(pbx.freshness === 'stale' ? ['The PBX is not answering: this is what it said last.'] : []),
  ]
}

function withPresence(snapshot: PbxSnapshot, overrides: readonly PresenceOverride[]): PbxSnapshot {
  if (overrides.length === 0) return snapshot
  const presence = new Map(snapshot.presence)
  for (const { extension, registration, call, dnd } of overrides) {
    const now = presence.get(extension) ?? unknownPresence(extension, 0)
    presence.set(extension, {
      ...now,
      registration: registration ?? now.registration,
      call: call ?? now.call,
      dnd: dnd ?? now.dnd,
    })
  }
  const groups = new Map(
    [...snapshot.directory.groups.values()].map((group) => [
      groupKey(group.ref),
      withMembers(group, overrides),
    ]),
  )
  return { ...snapshot, presence, directory: { ...snapshot.directory, groups } }
}

const withMembers = (group: Group, overrides: readonly PresenceOverride[]): Group => ({
  ...group,
  members: group.members.map((member) => {
    const other = overrides.find(({ extension }) => extension === member.extension)
    return {
      ...member,
      paused: other?.paused ?? member.paused,
      loggedIn: other?.loggedIn ?? member.loggedIn,
    }
  }),
})
