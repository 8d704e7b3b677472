import type { Strategy } from '../directory/group.ts'
import {
  type Candidate,
  type CandidateFacts,
  type DesignationInput,
  designate,
  type Tier,
} from './designation.ts'
import { reasonOf } from './standing-words.ts'

/** Why this one and nobody else, or why nobody at all, from what the choice was made from. */
export function explainChoice(input: DesignationInput, winner: CandidateFacts | null): string {
  if (winner !== null) return explainWinner(input, winner)
  if (input.candidates.length === 0) return 'Nobody could be designated: the group has no members.'
  if (!input.pbxAnswers)
    return 'Nobody was designated because the PBX was not answering. It is decided as soon as the PBX is back.'
  return `Nobody was available: ${listed(input, designate(input).candidates)}. The first to become available gets it.`
}

function explainWinner(input: DesignationInput, winner: CandidateFacts): string {
  const { candidates, tier } = designate(input)
  const standing = new Map(candidates.map((candidate) => [candidate.extension, candidate]))
  const rivals = input.candidates.filter((facts) => {
    const verdict = standing.get(facts.extension)?.verdict
    return verdict?.kind === 'available' && verdict.tier === tier && facts.penalty === winner.penalty
  })
  const others = candidates.filter(({ verdict }) => verdict.kind === 'excluded')
  const later = candidates.filter(
    ({ extension, verdict }) =>
      verdict.kind === 'available' && !rivals.some((rival) => rival.extension === extension),
  )
  return [
    `${winner.name} (${winner.extension}) was designated: ${claim(input, winner, rivals, tier ?? 'panel-idle')}.`,
    ...(later.length === 0 ? [] : [`Only then: ${listed(input, later)}.`]),
    ...(others.length === 0 ? [] : [`Not available: ${listed(input, others)}.`]),
  ].join(' ')
}

/** `among the 3 with a panel open and no call, next in turn`. */
function claim(
  input: DesignationInput,
  winner: CandidateFacts,
  rivals: readonly CandidateFacts[],
  tier: Tier,
): string {
  const penalty = input.candidates.some((facts) => facts.penalty !== winner.penalty)
    ? `, at penalty ${winner.penalty}`
    : ''
  const clause = `${tierClauses[tier]}${penalty}`
  if (rivals.length === 1) return `the only one ${clause}`
  return `among the ${rivals.length} ${clause}, ${strategyClauses[input.strategy](winner, rivals)}`
}

const tierClauses: Record<Tier, string> = {
  'panel-idle': 'with a panel open and no call',
  'panel-busy': 'with a panel open, though busy on the phone',
  'phone-only': 'who can be reached, though by phone alone',
}

type Clause = (winner: CandidateFacts, rivals: readonly CandidateFacts[]) => string

const inTurn: Clause = () => 'next in turn'
const byChance: Clause = () => 'drawn by chance'
const inList: Clause = () => 'first in the group’s list'
const longestAgo: Clause = ({ lastDesignatedAt }) =>
  lastDesignatedAt === null ? 'one who never was before' : 'the one designated longest ago'

/** With the number that decided, and what broke a tie. */
const fewestOpen: Clause = (winner, rivals) => {
  const count = winner.openConversations
  const level = rivals.filter((facts) => facts.openConversations === count && facts !== winner)
  const words = `the one with the fewest open conversations (${count})`
  if (level.length === 0) return words
  const names = shortened(level.map(({ name }) => name))
  const byTime = level.every((facts) => facts.lastDesignatedAt !== winner.lastDesignatedAt)
  return `${words}; ${names} had as few, and ${byTime ? 'got one more recently' : 'the lower extension goes first'}`
}

const strategyClauses: Record<Strategy, Clause> = {
  rrmemory: inTurn,
  rrordered: inTurn,
  leastrecent: longestAgo,
  fewestcalls: fewestOpen,
  random: byChance,
  wrandom: byChance,
  linear: inList,
  ringall: fewestOpen,
  ringallv2: fewestOpen,
  hunt: inList,
  memoryhunt: inList,
  firstavailable: inList,
  firstnotonphone: inList,
  'ringall-prim': inList,
  'ringallv2-prim': inList,
  'hunt-prim': inList,
  'memoryhunt-prim': inList,
}

const mostNamed = 3

/** `Alice (do not disturb), Bob, Carol and 9 others (no panel open and no registered phone)`. */
function listed(input: DesignationInput, candidates: readonly Candidate[]): string {
  const names = new Map<string, string[]>()
  for (const candidate of candidates) {
    const facts = input.candidates.find(({ extension }) => extension === candidate.extension)
    const reason = reasonOf(candidate, facts)
    names.set(reason, [...(names.get(reason) ?? []), candidate.name])
  }
  return [...names].map(([reason, all]) => `${shortened(all)} (${reason})`).join(', ')
}

function shortened(names: readonly string[]): string {
  if (names.length > mostNamed)
    return `${names.slice(0, mostNamed - 1).join(', ')} and ${names.length - mostNamed + 1} others`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
