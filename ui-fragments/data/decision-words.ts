import type { DecisionWire } from '../../module/contract/api/decisions.ts'

/** One line of the timeline: what happened to the designation, from the reader's side. */
export function decisionLine(decision: DecisionWire, me: string | null): string {
  const { cause, actor, winner } = decision
  const whom = winner === null ? 'nobody' : name(winner, me)
  const by = winner !== null && winner.name === actor.name ? name(winner, me) : actor.name
  switch (cause) {
    case 'transfer':
      return `Transferred to ${whom} by ${actor.name}`
    case 'reassign':
      return winner === null ? `Made unassigned by ${actor.name}` : `Reassigned to ${whom} by ${actor.name}`
    case 'take':
      return `Taken by ${by}`
    case 'reply':
      return `Taken by ${by} with a reply`
    case 'left-group':
      return winner === null
        ? 'The designated agent left the group; nobody is designated'
        : `The designated agent left the group; designated to ${whom}`
    default:
      return winner === null
        ? 'Nobody could be designated: it waits for all members'
        : `Designated to ${whom}${because(decision)}`
  }
}

/** What spoke for the winner, where the PBX's own facts decided: ` because: panel open and idle`. */
function because({ candidates, winner }: DecisionWire): string {
  const reason = candidates.find(({ extension }) => extension === winner?.extension)?.reason
  return reason === undefined ? '' : ` because: ${reason}`
}

/** `Why me?`, `Why Bob Brown?`, `Why nobody?` */
export function whyQuestion({ winner }: DecisionWire, me: string | null): string {
  if (winner === null) return 'Why nobody?'
  return winner.extension === me ? 'Why me?' : `Why ${winner.name}?`
}

const name = (winner: { extension: string; name: string }, me: string | null): string =>
  winner.extension === me ? 'you' : winner.name
