import { type CandidateFacts, judge } from '../../domain/designation/designation.ts'
import { designationInput } from '../../domain/designation/routing.ts'
import { presenceWords } from '../../domain/designation/standing-words.ts'
import type { PbxSnapshot } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import type { Panels } from '../ports/panels.ts'
import type { AwayAgents } from './away-agents.ts'

/** A member as shown to his colleagues. */
export type Person = Omit<CandidateFacts, 'position' | 'openConversations' | 'lastDesignatedAt'> & {
  /** Whether a new conversation could be designated to him now. */
  readonly available: boolean
  readonly summary: string
}

export interface PeopleScene {
  readonly pbx: PbxSnapshot
  readonly panels: Panels
  readonly away: Pick<AwayAgents, 'of'>
  readonly at: Millis
}

const nothingYet = {
  conversation: null,
  openConversations: new Map(),
  lastDesignatedAt: new Map(),
  cursor: null,
}

/** A group's members, in the group's order, with what is known of each right now. */
export function peopleOf(group: Group, { pbx, panels, away, at }: PeopleScene): Person[] {
  const context = {
    group,
    pbx,
    panelOpen: panels.isOpen,
    away: (extension: Extension) => away.of(extension, at),
    at,
    draw: 0,
  }
  const input = designationInput(nothingYet, context)
  return input.candidates.map(({ position, openConversations, lastDesignatedAt, ...facts }) => {
    const whole = { position, openConversations, lastDesignatedAt, ...facts }
    return {
      ...facts,
      available: judge(whole, input).kind === 'available',
      summary: presenceWords(whole, input.pbxAnswers),
    }
  })
}
