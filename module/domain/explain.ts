import type { DecisionRecord } from './conversation.ts'
import { type Candidate, type CandidateFacts, designate, type Exclusion, type Tier } from './designation.ts'
import type { Strategy } from './group.ts'

/** A decision in one or two sentences that an agent understands. */
export function explainDecision(decision: DecisionRecord): string {
  const winner = decision.winner === null ? null : `${decision.winner.name} (${decision.winner.extension})`
  switch (decision.cause) {
    case 'opened':
    case 'waiting':
    case 'left-group':
    case 'unavailable':
    case 'unanswered':
      return `${whyAnew(decision)}${byStrategy(decision, winner)}`
    case 'started':
      return `${decision.actor.name} wrote to this customer first, and so became the designated agent.`
    case 'continued':
      return `${decision.actor.name} transferred this customer here from another group${noted(decision)}. ${byStrategy(decision, winner)}`
    case 'transfer':
      return `${decision.actor.name} transferred this conversation to ${winner ?? 'nobody'}${noted(decision)}.`
    case 'take':
      return `${decision.actor.name} took this conversation, which nobody had.`
    case 'reply':
      return `${decision.actor.name} answered this conversation, which nobody had, and so became its designated agent.`
    case 'reassign':
      if (decision.input !== null) {
        return `${decision.actor.name} had this conversation reassigned${noted(decision)}. ${byStrategy(decision, winner)}`
      }
      return `${decision.actor.name} reassigned this conversation to ${winner ?? 'nobody'}${noted(decision)}.`
    default:
      return decision.cause satisfies never
  }
}

const noted = (decision: DecisionRecord): string =>
  decision.note === null ? '' : `, with the note “${decision.note}”`

const byStrategy = (decision: DecisionRecord, winner: string | null): string =>
  winner === null ? explainNobody(decision) : explainWinner(decision, winner)

/** Why whoever had it does not keep it; empty where nobody had it. */
function whyAnew({ cause, previous }: DecisionRecord): string {
  const before = previous ?? 'The designated agent'
  if (cause === 'left-group') return `${before} is no longer a member. `
  if (cause === 'unavailable') return `${before} has been unavailable for too long. `
  if (cause === 'unanswered') return `${before} left the customer unanswered for too long. `
  return ''
}

function explainWinner(decision: DecisionRecord, winner: string): string {
  if (decision.input === null) return `${winner} was designated.`
  const { candidates, tier } = designate(decision.input)
  const excluded = candidates.filter((candidate) => candidate.verdict.kind === 'excluded')
  const lowest =
    decision.input.candidates.find((facts) => facts.extension === decision.winner?.extension)?.penalty ?? 0
  const penalty = decision.input.candidates.some((facts) => facts.penalty !== lowest)
    ? ` and penalty ${lowest}`
    : ''
  const others =
    excluded.length === 0
      ? ''
      : ` Not considered: ${excluded.map((candidate) => `${candidate.name} (${reasonOf(candidate)})`).join(', ')}.`
  return `${winner} was designated: ${tierWords[tier ?? 'panel-idle']}${penalty}, ${strategyWords[decision.input.strategy]}.${others}`
}

function explainNobody(decision: DecisionRecord): string {
  if (decision.input === null || decision.input.candidates.length === 0) {
    return 'Nobody could be designated: the group has no members.'
  }
  if (!decision.input.pbxAnswers) {
    return 'Nobody was designated because the PBX was not answering. It is decided as soon as the PBX is back.'
  }
  const reasons = designate(decision.input).candidates.map(
    (candidate) => `${candidate.name} (${reasonOf(candidate)})`,
  )
  return `Nobody was available: ${reasons.join(', ')}. The first to become available gets it.`
}

/** One candidate's standing in words: `panel open and idle`, `do not disturb`. */
export const reasonOf = (candidate: Candidate): string =>
  candidate.verdict.kind === 'available'
    ? tierWords[candidate.verdict.tier]
    : exclusionWords[candidate.verdict.reason]

export const exclusionWords: Record<Exclusion, string> = {
  'passed-over': 'had it before',
  'pbx-unknown': 'the PBX was not answering',
  'logged-out': 'not logged in to the queue',
  paused: 'paused in the queue',
  dnd: 'do not disturb',
  away: 'away for messages',
  unreachable: 'no panel open and no registered phone',
  'no-access': 'no access: no portal user and no phone that can be alerted',
  'at-cap': 'has as many open conversations as allowed',
}

export const tierWords: Record<Tier, string> = {
  'panel-idle': 'panel open and idle',
  'panel-busy': 'panel open, busy on the phone',
  'phone-only': 'reachable by phone only',
}

const strategyWords: Record<Strategy, string> = {
  rrmemory: 'next in the round robin',
  rrordered: 'next in the round robin',
  leastrecent: 'designated longest ago',
  fewestcalls: 'with the fewest open conversations',
  random: 'by chance',
  wrandom: 'by chance',
  linear: 'first in the list',
  ringall: 'with the fewest open conversations',
  ringallv2: 'with the fewest open conversations',
  hunt: 'first in the list',
  memoryhunt: 'first in the list',
  firstavailable: 'first in the list',
  firstnotonphone: 'first in the list',
  'ringall-prim': 'first in the list',
  'ringallv2-prim': 'first in the list',
  'hunt-prim': 'first in the list',
  'memoryhunt-prim': 'first in the list',
}

/** A member's state in two or three words, for a list of people. */
export function presenceWords(facts: CandidateFacts, pbxAnswers: boolean): string {
  if (!pbxAnswers) return 'Unknown: the PBX is not answering'
  if (!facts.loggedIn) return 'Not logged in'
  if (facts.away) return 'Away for messages'
  if (facts.dnd === 'on') return 'Do not disturb'
  if (facts.paused) return facts.pausedReason ? `Paused: ${facts.pausedReason}` : 'Paused'
  if (facts.call === 'on-call') return 'On a call'
  if (facts.call === 'on-hold') return 'Call on hold'
  if (facts.call === 'ringing') return 'Ringing'
  if (facts.call === 'wrap-up') return 'Wrapping up'
  if (facts.panelOpen) return 'Available'
  return facts.registration === 'registered' ? 'Phone only' : 'Offline'
}
