import type { DecisionRecord } from '../conversation.ts'
import { explainChoice } from './explain-choice.ts'

/** A decision in a few sentences that an agent understands. */
export function explainDecision(decision: DecisionRecord): string {
  const { actor, cause } = decision
  const winner = decision.winner === null ? null : `${decision.winner.name} (${decision.winner.extension})`
  switch (cause) {
    case 'opened':
    case 'waiting':
    case 'left-group':
    case 'unavailable':
    case 'unanswered':
      return `${whyAnew(decision)}${byStrategy(decision)}`
    case 'started':
      return `${actor.name} wrote to this customer first, and so became the designated agent.`
    case 'continued':
      return `${actor.name} transferred this customer here from another group${noted(decision)}. ${byStrategy(decision)}`
    case 'transfer':
      return `${actor.name} transferred this conversation to ${winner ?? 'nobody'}${noted(decision)}.`
    case 'take':
      return `${actor.name} took this conversation, which nobody had.`
    case 'reply':
      return `${actor.name} answered this conversation, which nobody had, and so became its designated agent.`
    case 'reassign':
      if (decision.input === null)
        return `${actor.name} reassigned this conversation to ${winner ?? 'nobody'}${noted(decision)}.`
      return `${actor.name} let the group choose anew${noted(decision)}. ${byStrategy(decision)}`
    default:
      return cause satisfies never
  }
}

const noted = ({ note }: DecisionRecord): string => (note === null ? '' : `, with the note “${note}”`)

/** Why whoever had it does not keep it; empty where nobody ever had it. */
function whyAnew(decision: DecisionRecord): string {
  const before = previousOf(decision)
  switch (decision.cause) {
    case 'waiting':
      return 'This conversation had nobody. '
    case 'left-group':
      return `${before} is no longer a member of this group. `
    case 'unavailable':
      return `${before} has been unavailable for too long. `
    case 'unanswered':
      return `${before} left the customer unanswered for too long. `
    default:
      return ''
  }
}

function previousOf({ input, previous, previousName }: DecisionRecord): string {
  if (previous === null) return 'The designated agent'
  const name = previousName ?? input?.candidates.find(({ extension }) => extension === previous)?.name
  return name == null ? `Extension ${previous}` : `${name} (${previous})`
}

function byStrategy({ input, winner }: DecisionRecord): string {
  if (input === null)
    return winner === null ? 'Nobody was designated.' : `${winner.name} (${winner.extension}) was designated.`
  const facts = input.candidates.find(({ extension }) => extension === winner?.extension) ?? null
  return explainChoice(input, facts)
}
