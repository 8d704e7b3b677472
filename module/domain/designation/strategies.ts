import type { Strategy } from '../directory/group.ts'
import type { CandidateFacts, DesignationInput } from './designation.ts'

type Chooser = (eligible: readonly CandidateFacts[], input: DesignationInput) => CandidateFacts

/** Picks one of at least one eligible member, all of one tier and penalty, as the group's own strategy would. */
export function chooseByStrategy(
  eligible: readonly CandidateFacts[],
  input: DesignationInput,
): CandidateFacts {
  return choosers[input.strategy](eligible, input)
}

const leastBy =
  (measure: (facts: CandidateFacts) => number): Chooser =>
  (eligible) =>
    first([...eligible].sort((a, b) => measure(a) - measure(b) || byTie(a, b)))

/** Equal members: whoever was designated longest ago, then the lowest extension. */
function byTie(a: CandidateFacts, b: CandidateFacts): number {
  return (
    (a.lastDesignatedAt ?? 0) - (b.lastDesignatedAt ?? 0) ||
    a.extension.length - b.extension.length ||
    (a.extension < b.extension ? -1 : a.extension > b.extension ? 1 : 0)
  )
}

const inListOrder: Chooser = leastBy((facts) => facts.position)
const fewestOpen: Chooser = leastBy((facts) => facts.openConversations)
const longestAgo: Chooser = leastBy((facts) => facts.lastDesignatedAt ?? 0)

/** The member after the last designated one in the group's list, whoever of them is eligible. */
const roundRobin: Chooser = (eligible, input) => {
  const ordered = [...eligible].sort((a, b) => a.position - b.position || byTie(a, b))
  const last = input.candidates.find((facts) => facts.extension === input.cursor)
  const next = last === undefined ? undefined : ordered.find((facts) => facts.position > last.position)
  return next ?? first(ordered)
}

const random: Chooser = (eligible, input) => {
  const ordered = [...eligible].sort((a, b) => a.position - b.position || byTie(a, b))
  return ordered[Math.floor(input.draw * ordered.length)] ?? first(ordered)
}

/** The `-prim` forms: the group's first member while he is eligible, else list order. */
const primaryFirst: Chooser = inListOrder

const choosers: Record<Strategy, Chooser> = {
  rrmemory: roundRobin,
  rrordered: roundRobin,
  leastrecent: longestAgo,
  fewestcalls: fewestOpen,
  random,
  wrandom: random,
  linear: inListOrder,
  ringall: fewestOpen,
  ringallv2: fewestOpen,
  hunt: inListOrder,
  memoryhunt: inListOrder,
  firstavailable: inListOrder,
  firstnotonphone: inListOrder,
  'ringall-prim': primaryFirst,
  'ringallv2-prim': primaryFirst,
  'hunt-prim': primaryFirst,
  'memoryhunt-prim': primaryFirst,
}

function first<T>(items: readonly T[]): T {
  const [head] = items
  if (head === undefined) throw new Error('a strategy was asked to choose among nobody')
  return head
}
