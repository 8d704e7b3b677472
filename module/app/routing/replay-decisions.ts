import { type DesignationInput, designate, policyVersion } from '../../domain/designation/designation.ts'
import type { DecisionId, Extension } from '../../domain/ids.ts'

/** A decision as it was stored: what it was decided from, and who won. */
export interface RecordedDecision {
  readonly id: DecisionId
  readonly winner: Extension | null
  readonly input: DesignationInput
}

export interface Replay {
  /** Decided anew with the same winner. */
  readonly same: number
  /** Of another policy version: their policy is gone, so they say nothing. */
  readonly otherPolicy: number
  readonly different: readonly {
    readonly id: DecisionId
    readonly recorded: Extension | null
    readonly replayed: Extension | null
  }[]
}

/** Decides everything again from what was recorded. No difference is the only good answer. */
export function replayDecisions(decisions: Iterable<RecordedDecision>): Replay {
  let same = 0
  let otherPolicy = 0
  const different = []
  for (const { id, input, winner } of decisions) {
    if (input.policy !== policyVersion) {
      otherPolicy++
      continue
    }
    const replayed = designate(input).winner
    if (replayed === winner) same++
    else different.push({ id, recorded: winner, replayed })
  }
  return { same, otherPolicy, different }
}
