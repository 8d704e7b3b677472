import { type CandidateFacts, judge } from '../domain/designation.ts'
import type { PbxSnapshot } from '../domain/directory.ts'
import { presenceWords } from '../domain/explain.ts'
import type { Group } from '../domain/group.ts'
import type { Millis } from '../domain/ids.ts'
import { designationInput } from '../domain/routing.ts'
import type { Panels } from './ports/panels.ts'

/** A member as shown to his colleagues. */
export type Person = Omit<CandidateFacts, 'position' | 'away' | 'openConversations' | 'lastDesignatedAt'> & {
  /** Whether a new conversation could be designated to him now. */
  readonly available: boolean
  readonly summary: string
}

const nothingYet = {
  conversation: null,
  openConversations: new Map(),
  lastDesignatedAt: new Map(),
  cursor: null,
}

/** A group's members, in the group's order, with what is known of each right now. */
export function peopleOf(group: Group, pbx: PbxSnapshot, panels: Panels, at: Millis): Person[] {
  const context = { group, pbx, panelOpen: panels.isOpen, at, draw: 0 }
  const input = designationInput(nothingYet, context)
  return input.candidates.map(({ position, away, openConversations, lastDesignatedAt, ...facts }) => {
    const whole = { position, away, openConversations, lastDesignatedAt, ...facts }
    return {
      ...facts,
      available: judge(whole, input).kind === 'available',
      summary: presenceWords(whole, input.pbxAnswers),
    }
  })
}
