import type { Strategy } from '../directory/group.ts'
import type { CallState, Dnd, Registration } from '../directory/presence.ts'
import type { Extension, Millis } from '../ids.ts'
import { chooseByStrategy } from './strategies.ts'

/** Raised whenever the same input could give another winner; replay compares decisions of this version only. */
export const policyVersion = 2

/** All that a designation knows of one member: recorded with the decision, so that it can be explained and replayed. */
export interface CandidateFacts {
  readonly extension: Extension
  readonly name: string
  readonly position: number
  readonly penalty: number
  readonly loggedIn: boolean
  readonly paused: boolean
  readonly pausedReason: string | null
  readonly registration: Registration
  readonly call: CallState
  readonly dnd: Dnd
  readonly panelOpen: boolean
  /** Set away for messages by the agent himself. */
  readonly away: boolean
  /** In his words; left out where he is not away, or gave none. */
  readonly awayReason?: string
  /** In this group. */
  readonly openConversations: number
  readonly lastDesignatedAt: Millis | null
  /** Whether a user of the PBX's portal owns this extension, and so could open a panel; left out where nobody knows. */
  readonly portalUser?: boolean
  /** Whether a SIP MESSAGE can reach his phone at all; left out, it can. */
  readonly alertablePhone?: boolean
  /** He had it and left it unanswered: somebody else is looked for. */
  readonly passedOver?: boolean
}

export interface DesignationInput {
  readonly policy: number
  readonly at: Millis
  readonly strategy: Strategy
  /** Whether the PBX was answering; while it is not, nobody new is designated. */
  readonly pbxAnswers: boolean
  readonly candidates: readonly CandidateFacts[]
  /** Whom this group designated last: where a round robin goes on from. */
  readonly cursor: Extension | null
  /** At most this many open conversations an agent; null for no limit. */
  readonly cap: number | null
  /** Chance, 0 ≤ draw < 1, drawn by the caller. */
  readonly draw: number
}

/** In the order in which they are tried. */
export const tiers = ['panel-idle', 'panel-busy', 'phone-only'] as const
export type Tier = (typeof tiers)[number]

export type Exclusion =
  | 'passed-over'
  | 'pbx-unknown'
  | 'logged-out'
  | 'paused'
  | 'dnd'
  | 'away'
  | 'unreachable'
  /** Nobody owns the extension in the portal and its phone can't be alerted: he would never learn of it. */
  | 'no-access'
  | 'at-cap'

export type Verdict =
  | { readonly kind: 'available'; readonly tier: Tier }
  | { readonly kind: 'excluded'; readonly reason: Exclusion }

export interface Candidate {
  readonly extension: Extension
  readonly name: string
  readonly verdict: Verdict
}

export interface Designation {
  readonly winner: Extension | null
  readonly tier: Tier | null
  readonly candidates: readonly Candidate[]
}

/** Picks the designated agent. Pure: the same input always gives the same answer. */
export function designate(input: DesignationInput): Designation {
  const judged = input.candidates.map((facts) => ({ facts, verdict: judge(facts, input) }))
  const candidates = judged.map(({ facts, verdict }) => ({
    extension: facts.extension,
    name: facts.name,
    verdict,
  }))
  for (const tier of tiers) {
    const inTier = judged
      .filter(({ verdict }) => verdict.kind === 'available' && verdict.tier === tier)
      .map(({ facts }) => facts)
    if (inTier.length === 0) continue
    const lowest = Math.min(...inTier.map((facts) => facts.penalty))
    const eligible = inTier.filter((facts) => facts.penalty === lowest)
    return { winner: chooseByStrategy(eligible, input).extension, tier, candidates }
  }
  return { winner: null, tier: null, candidates }
}

/** Whether a member may be designated now, and if not, the first reason that stands against it. */
export function judge(facts: CandidateFacts, input: Pick<DesignationInput, 'pbxAnswers' | 'cap'>): Verdict {
  const excluded = (reason: Exclusion): Verdict => ({ kind: 'excluded', reason })
  if (facts.passedOver === true) return excluded('passed-over')
  if (!facts.loggedIn) return excluded('logged-out')
  if (facts.away) return excluded('away')
  if (!input.pbxAnswers) return excluded('pbx-unknown')
  if (facts.paused) return excluded('paused')
  if (facts.dnd === 'on') return excluded('dnd')
  if (!facts.panelOpen && !isPhoneReachable(facts)) {
    return excluded(
      facts.portalUser === false && facts.alertablePhone === false ? 'no-access' : 'unreachable',
    )
  }
  if (input.cap !== null && facts.openConversations >= input.cap) return excluded('at-cap')
  if (!facts.panelOpen) return { kind: 'available', tier: 'phone-only' }
  return { kind: 'available', tier: isBusy(facts.call) ? 'panel-busy' : 'panel-idle' }
}

const isPhoneReachable = ({ registration, alertablePhone }: CandidateFacts): boolean =>
  registration === 'registered' && alertablePhone !== false

/** Unknown counts as idle: nothing is held against an agent for the PBX's silence. */
const isBusy = (call: CallState): boolean => call !== 'idle' && call !== 'unknown'
