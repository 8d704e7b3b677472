import fc from 'fast-check'
import t from 'tap'
import {
  type CandidateFacts,
  type DesignationInput,
  designate,
  judge,
  tiers,
} from '../../module/domain/designation/designation.ts'
import { queueStrategies, ringGroupStrategies, type Strategy } from '../../module/domain/directory/group.ts'
import { asExtension } from '../../module/domain/ids.ts'

const strategies: readonly Strategy[] = [...new Set([...queueStrategies, ...ringGroupStrategies])]

function member(extension: string, over: Partial<CandidateFacts> = {}): CandidateFacts {
  return {
    extension: asExtension(extension),
    name: `Agent ${extension}`,
    position: Number(extension) - 101,
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    registration: 'registered',
    call: 'idle',
    dnd: 'off',
    panelOpen: true,
    away: false,
    openConversations: 0,
    lastDesignatedAt: null,
    ...over,
  }
}

function input(
  candidates: readonly CandidateFacts[],
  over: Partial<DesignationInput> = {},
): DesignationInput {
  return {
    policy: 1,
    at: 1000,
    strategy: 'rrmemory',
    pbxAnswers: true,
    candidates,
    cursor: null,
    cap: null,
    draw: 0,
    ...over,
  }
}

const winner = (designation: DesignationInput) => designate(designation).winner

t.test('a member who cannot answer now is excluded, and the first reason is given', async (t) => {
  const table: [string, Partial<CandidateFacts>, string][] = [
    ['logged out of the queue', { loggedIn: false }, 'logged-out'],
    ['away for messages', { away: true }, 'away'],
    ['paused', { paused: true }, 'paused'],
    ['do not disturb', { dnd: 'on' }, 'dnd'],
    ['no panel and no phone', { panelOpen: false, registration: 'unregistered' }, 'unreachable'],
    ['no panel and a phone nobody knows of', { panelOpen: false, registration: 'unknown' }, 'unreachable'],
    [
      'logged out and paused: the one who left is told as such',
      { loggedIn: false, paused: true },
      'logged-out',
    ],
  ]
  for (const [name, over, reason] of table) {
    const verdict = judge(member('101', over), { pbxAnswers: true, cap: null })
    t.same(verdict, { kind: 'excluded', reason }, name)
  }
  t.same(judge(member('101', { openConversations: 3 }), { pbxAnswers: true, cap: 3 }), {
    kind: 'excluded',
    reason: 'at-cap',
  })
  t.same(judge(member('101'), { pbxAnswers: false, cap: null }), { kind: 'excluded', reason: 'pbx-unknown' })
})

t.test('tiers come before penalty, penalty before strategy', async (t) => {
  const busy = member('101', { call: 'on-call' })
  const phoneOnly = member('102', { panelOpen: false })
  const dearer = member('103', { penalty: 5 })
  t.equal(winner(input([busy, phoneOnly, dearer])), '103', 'idle with a penalty beats busy without')
  t.equal(winner(input([busy, phoneOnly])), '101', 'busy at the panel beats reachable by phone only')
  t.equal(winner(input([phoneOnly])), '102')
  t.equal(winner(input([member('101', { penalty: 2 }), member('102', { penalty: 1 })])), '102')
  t.equal(winner(input([])), null)
})

t.test('each strategy does what the PBX means by it', async (t) => {
  const three = [
    member('101', { openConversations: 2, lastDesignatedAt: 30 }),
    member('102', { openConversations: 0, lastDesignatedAt: 20 }),
    member('103', { openConversations: 1, lastDesignatedAt: 10 }),
  ]
  const cursor = asExtension('101')
  const expected: Record<Strategy, string> = {
    rrmemory: '102',
    rrordered: '102',
    leastrecent: '103',
    fewestcalls: '102',
    random: '101',
    wrandom: '101',
    linear: '101',
    ringall: '102',
    ringallv2: '102',
    hunt: '101',
    memoryhunt: '101',
    firstavailable: '101',
    firstnotonphone: '101',
    'ringall-prim': '101',
    'ringallv2-prim': '101',
    'hunt-prim': '101',
    'memoryhunt-prim': '101',
  }
  for (const strategy of strategies)
    t.equal(winner(input(three, { strategy, cursor })), expected[strategy], strategy)
  t.equal(winner(input(three, { strategy: 'random', draw: 0.99 })), '103', 'chance reaches the last')
  t.equal(
    winner(input(three, { cursor: asExtension('103') })),
    '101',
    'a round robin starts again after the last',
  )
  const without102 = three.filter(({ extension }) => extension !== '102')
  t.equal(winner(input(without102, { cursor })), '103', 'a round robin passes over who is not there')
  t.equal(
    winner(input(three, { cursor: asExtension('999') })),
    '101',
    'a cursor that left the group starts from the front',
  )
})

t.test('ties go to whoever was designated longest ago, then to the lowest extension', async (t) => {
  const tied = [
    member('101', { lastDesignatedAt: 9 }),
    member('102', { lastDesignatedAt: 5 }),
    member('103', { lastDesignatedAt: 5 }),
  ]
  t.equal(winner(input(tied, { strategy: 'ringall' })), '102')
  const numbers = [member('1000', { position: 0 }), member('999', { position: 1 })]
  t.equal(winner(input(numbers, { strategy: 'ringall' })), '999', 'as a number, not as text')
})

t.test('six customers one after another, worked out by hand', async (t) => {
  /**
   * 101 has one open conversation and was designated at 5; 102 has none and was at 3; 103 has none and never was.
   * Each round designates at 10, 11, … and counts one conversation more; nobody closes any.
   */
  function sixRounds(strategy: Strategy, over: Partial<Record<string, Partial<CandidateFacts>>> = {}) {
    const start: Record<string, Partial<CandidateFacts>> = {
      '101': { openConversations: 1, lastDesignatedAt: 5 },
      '102': { lastDesignatedAt: 3 },
      '103': {},
    }
    let members = Object.keys(start).map((extension) =>
      member(extension, { ...start[extension], ...over[extension] }),
    )
    let cursor: CandidateFacts['extension'] | null = null
    return Array.from({ length: 6 }, (_, round) => {
      const chosen = winner(input(members, { strategy, cursor, draw: 0.5, cap: 3 }))
      members = members.map((facts) =>
        facts.extension === chosen
          ? { ...facts, openConversations: facts.openConversations + 1, lastDesignatedAt: 10 + round }
          : facts,
      )
      cursor = chosen
      return chosen
    })
  }
  const inTurn = ['101', '102', '103', '101', '102', '103']
  const fewest = ['103', '102', '101', '103', '102', '101']
  // Two more make 101 full; then the list goes on at 102, who takes three, and 103 gets the last.
  const byList = ['101', '101', '102', '102', '102', '103']
  // The middle of three until 102 is full; the upper of the two others until 103 is; then who is left.
  const byChance = ['102', '102', '102', '103', '103', '103']
  const expected: Record<Strategy, readonly string[]> = {
    rrmemory: inTurn,
    rrordered: inTurn,
    leastrecent: ['103', '102', '101', '103', '102', '101'],
    fewestcalls: fewest,
    ringall: fewest,
    ringallv2: fewest,
    random: byChance,
    wrandom: byChance,
    linear: byList,
    hunt: byList,
    memoryhunt: byList,
    firstavailable: byList,
    firstnotonphone: byList,
    'ringall-prim': byList,
    'ringallv2-prim': byList,
    'hunt-prim': byList,
    'memoryhunt-prim': byList,
  }
  for (const strategy of strategies) t.same(sixRounds(strategy), expected[strategy], strategy)
  t.same(
    sixRounds('rrmemory', { '101': { penalty: 1 } }),
    ['102', '103', '102', '103', '102', '103'],
    'a penalty keeps her out while the others are under the cap',
  )
  t.same(
    sixRounds('rrmemory', { '102': { call: 'wrap-up' }, '103': { panelOpen: false } }),
    ['101', '101', '102', '102', '102', '103'],
    'idle until full, then wrapping up until full, then by phone only',
  )
  t.same(
    sixRounds('linear', { '101': { passedOver: true }, '102': { dnd: 'on' } }),
    ['103', '103', '103', null, null, null],
    'a full group leaves the rest waiting',
  )
})

const facts = fc.record({
  penalty: fc.integer({ min: 0, max: 3 }),
  loggedIn: fc.boolean(),
  paused: fc.boolean(),
  registration: fc.constantFrom('registered' as const, 'unregistered' as const, 'unknown' as const),
  call: fc.constantFrom(...(['idle', 'ringing', 'on-call', 'on-hold', 'wrap-up', 'unknown'] as const)),
  dnd: fc.constantFrom('on' as const, 'off' as const, 'unknown' as const),
  panelOpen: fc.boolean(),
  away: fc.boolean(),
  openConversations: fc.integer({ min: 0, max: 5 }),
  lastDesignatedAt: fc.option(fc.integer({ min: 0, max: 100 })),
})
const inputs = fc
  .record({
    members: fc.array(facts, { maxLength: 8 }),
    strategy: fc.constantFrom(...strategies),
    pbxAnswers: fc.boolean(),
    cap: fc.option(fc.integer({ min: 1, max: 5 })),
    draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
    cursorAt: fc.option(fc.integer({ min: 0, max: 9 })),
  })
  .map(({ members, cursorAt, ...rest }) =>
    input(
      members.map((over, index) => member(String(101 + index), over)),
      { ...rest, cursor: cursorAt === null ? null : asExtension(String(101 + cursorAt)) },
    ),
  )

t.test('whatever the group looks like', async (t) => {
  fc.assert(
    fc.property(inputs, (given) => {
      const { winner, tier, candidates } = designate(given)
      const verdictOf = (extension: string) =>
        candidates.find((candidate) => candidate.extension === extension)?.verdict
      const available = candidates.filter(({ verdict }) => verdict.kind === 'available')
      if (winner === null) return available.length === 0
      const verdict = verdictOf(winner)
      if (verdict?.kind !== 'available' || verdict.tier !== tier) return false
      const better = available.some((candidate) => {
        const other = candidate.verdict
        return other.kind === 'available' && tiers.indexOf(other.tier) < tiers.indexOf(verdict.tier)
      })
      const chosen = given.candidates.find(({ extension }) => extension === winner)
      const cheaper = given.candidates.some((other) => {
        const its = verdictOf(other.extension)
        return its?.kind === 'available' && its.tier === tier && other.penalty < (chosen?.penalty ?? 0)
      })
      const underCap = given.cap === null || (chosen?.openConversations ?? 0) < given.cap
      return given.pbxAnswers && !better && !cheaper && underCap
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(inputs, (given) => {
      const again: DesignationInput = JSON.parse(JSON.stringify(given))
      return JSON.stringify(designate(given)) === JSON.stringify(designate(again))
    }),
    { numRuns: 500 },
  )
  t.pass(
    'the winner is available, in the best tier, with the lowest penalty, under the cap; and always the same',
  )
})

t.test('a round robin is fair: over any window nobody is ahead by more than one', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(7),
      (size, rounds, start) => {
        const members = Array.from({ length: size }, (_, index) => member(String(101 + index)))
        const counts = new Map<string, number>(members.map(({ extension }) => [extension, 0]))
        let cursor = asExtension(String(101 + (start % size)))
        for (let round = 0; round < rounds; round++) {
          const { winner } = designate(input(members, { cursor }))
          if (winner === null) return false
          counts.set(winner, (counts.get(winner) ?? 0) + 1)
          cursor = winner
        }
        const all = [...counts.values()]
        return Math.max(...all) - Math.min(...all) <= 1
      },
    ),
  )
  t.pass('fair')
})
