import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import { words } from './words/words.ts'

/** One line of the timeline: what happened to the designation, from the reader's side. */
export function decisionLine(decision: DecisionWire, me: string | null): string {
  const { cause, actor, winner } = decision
  const whom = winner === null ? '' : name(winner, me)
  const by = winner !== null && winner.name === actor.name ? name(winner, me) : actor.name
  switch (cause) {
    case 'transfer':
      return words().transferredBy(whom, actor.name)
    case 'reassign':
      return winner === null ? words().unassignedBy(actor.name) : words().reassignedBy(whom, actor.name)
    case 'take':
      return words().takenBy(by)
    case 'reply':
      return words().takenByReply(by)
    case 'left-group':
      return winner === null ? words().leftNobody : words().leftDesignated(whom)
    default:
      return winner === null ? words().nobodyAvailable : designatedLine(decision, whom)
  }
}

/** With what spoke for the winner, where the PBX's own facts decided. */
function designatedLine({ candidates, winner }: DecisionWire, whom: string): string {
  const reason = candidates.find(({ extension }) => extension === winner?.extension)?.reason
  return reason === undefined ? words().designatedTo(whom) : words().designatedBecause(whom, reason)
}

/** `Why me?`, `Why Bob Brown?`, `Why nobody?` */
export function whyQuestion({ winner }: DecisionWire, me: string | null): string {
  if (winner === null) return words().whyNobody
  return winner.extension === me ? words().whyMe : words().why(winner.name)
}

const name = (winner: { extension: string; name: string }, me: string | null): string =>
  winner.extension === me ? words().you : winner.name
