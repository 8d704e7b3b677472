import fc from 'fast-check'
import t from 'tap'
import { type Directory, emptyDirectory } from '../../module/domain/directory/directory.ts'
import {
  asCarrierId,
  asExtension,
  asGroupNumber,
  asPbxId,
  asRuleId,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'
import type { Address } from '../../module/domain/message/address.ts'
import { channels } from '../../module/domain/message/message.ts'
import { routedDids } from '../../module/domain/rules/did-route.ts'
import type { RuleHours } from '../../module/domain/rules/rule-hours.ts'
import { lintRules, type RuleFindingCode } from '../../module/domain/rules/rule-lint.ts'
import {
  applyRules,
  explainMismatch,
  mismatch,
  type Routable,
} from '../../module/domain/rules/rule-matching.ts'
import { traceRules } from '../../module/domain/rules/rule-trace.ts'
import { type MessageRule, overridesOf, type RuleSet, ruleDefaults } from '../../module/domain/rules/rules.ts'
import type { Schedule, ScheduleKey } from '../../module/domain/rules/schedule.ts'

const pbxId = asPbxId('main')
const group = (number: string, kind: GroupRef['kind'] = 'queue'): GroupRef => ({
  pbxId,
  kind,
  number: asGroupNumber(number),
})
const number = (value: string): Address => ({ kind: 'number', value })
const code = (value: string): Address => ({ kind: 'short-code', value })
const did = number('+16313808000')
const sender = number('+19542788086')
const block = { kind: 'range', of: 'number', from: '+16313808000', to: '+16313808099' } as const

const rule = (id: string, over: Partial<MessageRule> = {}): MessageRule => ({
  ...ruleDefaults,
  id: asRuleId(id),
  version: 1,
  name: id,
  position: 0,
  enabled: true,
  dids: [did],
  channels: null,
  destination: group('8000'),
  ...over,
})
const message: Routable = { did, sender, channel: 'sms', carrierId: asCarrierId('twilio') }
const schedules = new Map<ScheduleKey, Schedule>([
  ['time-condition/1', { kind: 'time-condition', id: '1', name: 'Office', open: false }],
])
const moment = { at: Date.UTC(2026, 0, 5, 15), schedules }
const closed: RuleHours = { kind: 'pbx', schedule: 'time-condition/1' }
const never: RuleHours = {
  kind: 'weekly',
  timeZone: 'UTC',
  days: { sun: [], mon: [], tue: [], wed: [], thu: [], fri: [], sat: [] },
  holidays: [],
}
const set = (...rules: MessageRule[]): RuleSet => ({ version: 1, rules })
const chosen = (rules: MessageRule[], given: Partial<Routable> = {}) => {
  const result = applyRules(set(...rules), { ...message, ...given }, moment)
  return result.kind === 'routed' ? result.rule.id : null
}

t.test('the first enabled match wins', async (t) => {
  t.equal(chosen([rule('a'), rule('b')]), 'a')
  t.equal(chosen([rule('a', { enabled: false }), rule('b')]), 'b')
  t.equal(chosen([rule('a', { channels: ['whatsapp'] }), rule('b')]), 'b')
  t.equal(chosen([rule('a', { carriers: [asCarrierId('other')] }), rule('b')]), 'b')
  t.equal(chosen([rule('a', { senders: [number('+12125550100')] }), rule('b')]), 'b')
  t.equal(chosen([rule('a', { dids: [block] }), rule('b')]), 'a', 'a range before a number')
  t.equal(chosen([rule('a'), rule('b', { dids: [block] })]), 'a', 'a number before a range')
  t.equal(chosen([rule('a', { dids: [sender] })]), null)
  t.equal(chosen([]), null)
  t.equal(chosen([rule('a', { dids: [code('16313808')] })]), null, 'a code is never a number')
  t.equal(
    chosen([rule('a', { dids: [{ ...block, to: '+16313809', from: '+16313808' }] })]),
    null,
    'nor another length',
  )
  t.equal(chosen([rule('a', { carriers: [asCarrierId('twilio')] })], { carrierId: null }), null)
})

t.test('outside its hours a rule passes on, sends elsewhere or holds', async (t) => {
  const outcome = (over: Partial<MessageRule>) =>
    applyRules(set(rule('a', { hours: closed, ...over }), rule('b')), message, moment)
  t.match(outcome({}), { rule: { id: 'b' } }, 'to the next rule')
  const elsewhere = group('600', 'ring-group')
  t.match(outcome({ outside: { kind: 'group', group: elsewhere } }), {
    rule: { id: 'a' },
    group: elsewhere,
    hold: null,
  })
  t.match(outcome({ outside: { kind: 'hold', autoReply: 'Closed' } }), {
    rule: { id: 'a' },
    group: group('8000'),
    hold: { autoReply: 'Closed' },
  })
  t.match(
    applyRules(set(rule('a', { outside: { kind: 'hold', autoReply: null } })), message, moment),
    { hold: null },
    'nothing is held within the hours',
  )
})

t.test('each mismatch is told in plain words', async (t) => {
  const why = (over: Partial<MessageRule>) => explainMismatch(rule('a', over), message, moment)
  t.equal(why({}), null)
  t.equal(why({ enabled: false }), 'It is switched off.')
  t.equal(why({ dids: [sender] }), 'It is for messages to +19542788086, and this one is to +16313808000.')
  t.match(
    why({ dids: Array.from({ length: 7 }, (_, n) => number(`+1212555010${n}`)) }),
    '+12125550104 and 2 more',
  )
  t.equal(
    why({ channels: ['whatsapp', 'sip'] }),
    'It is for whatsapp and sip, and this message comes by sms.',
  )
  t.equal(
    why({ carriers: [asCarrierId('other')] }),
    'It is for the carrier other, and this message comes by twilio.',
  )
  t.equal(
    why({ senders: [{ kind: 'range', of: 'short-code', from: '100', to: '200' }] }),
    'It is for senders that fit “100-200”, and +19542788086 does not.',
  )
  t.equal(
    why({ hours: closed }),
    'It is closed then by time condition 1 (Office) of the PBX, and leaves what comes outside its hours to the rules after it.',
  )
  t.match(why({ hours: never }), /by its weekly plan \(UTC\)/)
  const { steps, result } = traceRules(
    set(rule('a', { enabled: false }), rule('b', { hours: closed }), rule('c'), rule('d')),
    message,
    moment,
  )
  t.match(steps, [
    { rule: { id: 'a' }, reason: 'It is switched off.' },
    { rule: { id: 'b' }, reason: /closed then/ },
    { rule: { id: 'c' }, reason: null },
  ])
  t.equal(steps.length, 3, 'those after the right one were not tried')
  t.match(result, { rule: { id: 'c' } })
})

t.test('the compiled rules say what each rule says for itself', async (t) => {
  const dids = [
    did,
    number('+16313808050'),
    block,
    code('70007'),
    { ...block, from: '+16313808040' },
  ] as const
  const senders = [
    null,
    [sender],
    [code('150'), { kind: 'range', of: 'short-code', from: '100', to: '200' } as const],
    [{ kind: 'mask', of: 'number', digits: '+1954*******' } as const],
    [code('201'), { kind: 'mask', of: 'number', digits: '+1***2788086' } as const],
    [{ kind: 'mask', of: 'short-code', digits: '1**' } as const],
  ]
  const anyRule = fc.record({
    enabled: fc.boolean(),
    dids: fc.subarray([...dids], { minLength: 1 }),
    channels: fc.oneof(fc.constant(null), fc.subarray([...channels], { minLength: 1 })),
    carriers: fc.constantFrom(null, [asCarrierId('twilio')], [asCarrierId('trunk')]),
    senders: fc.constantFrom(...senders),
    hours: fc.constantFrom<RuleHours>({ kind: 'always' }, closed, never),
    outside: fc.constantFrom<MessageRule['outside']>(
      { kind: 'next-rule' },
      { kind: 'hold', autoReply: null },
      { kind: 'group', group: group('600') },
    ),
  })
  const anyMessage = fc.record({
    did: fc.constantFrom(
      did,
      number('+16313808050'),
      number('+16313808099'),
      code('70007'),
      number('+16313808100'),
    ),
    sender: fc.constantFrom<Address>(sender, code('150'), code('201'), { kind: 'name', value: 'ACME' }),
    channel: fc.constantFrom(...channels),
    carrierId: fc.constantFrom(null, asCarrierId('twilio'), asCarrierId('trunk')),
  })
  let routed = 0
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 8 }), anyMessage, (parts, given) => {
      const rules = parts.map((over, index) => rule(`r${index}`, over))
      const result = applyRules(set(...rules), given, moment)
      const first = rules.find((each) => mismatch(each, given, moment) === null)
      if (result.kind === 'routed') routed++
      return result.kind === 'routed' ? result.rule === first : first === undefined
    }),
    { numRuns: 2000 },
  )
  t.ok(routed > 200, `${routed} of 2000 were routed`)
})

t.test('a rule’s own settings go with its conversations', async (t) => {
  const overrides = { strategy: 'linear', cap: 3, sticky: { kind: 'keep' } } as const
  const rules = set(rule('a', { overrides }))
  t.same(overridesOf(rules, asRuleId('a')), overrides)
  t.same(overridesOf(rules, asRuleId('gone')), { strategy: null, cap: null, sticky: null })
  t.same(overridesOf(rules, null), { strategy: null, cap: null, sticky: null })
})

t.test('a message among 1,000 rules takes at most 20 µs', async (t) => {
  const thousand = (over: (index: number) => Partial<MessageRule>) =>
    set(...Array.from({ length: 1000 }, (_, index) => rule(`r${index}`, over(index))))
  const numbered = (index: number) => `+1631${String(3_000_000 + index)}`
  const week: RuleHours = { ...never, days: { ...never.days, mon: [{ from: 0, to: 1 }] } }
  const shapes: [string, RuleSet, Routable][] = [
    [
      'a DID each',
      thousand((index) => ({ dids: [number(numbered(index))] })),
      { ...message, did: number(numbered(999)) },
    ],
    [
      'a range each',
      thousand((index) => ({
        dids: [
          {
            kind: 'range',
            of: 'number',
            from: `+1631${3_000_000 + index * 10}`,
            to: `+1631${3_000_009 + index * 10}`,
          },
        ],
      })),
      { ...message, did: number(`+1631${3_000_000 + 9995}`) },
    ],
    [
      'one DID, a sender each',
      thousand((index) => ({ senders: [number(numbered(index))] })),
      { ...message, sender: number(numbered(999)) },
    ],
    [
      'one DID, a mask each',
      thousand((index) => ({
        senders: [{ kind: 'mask', of: 'number', digits: `${numbered(index).slice(0, -1)}*` }],
      })),
      { ...message, sender },
    ],
    [
      'one DID, a mask with holes each',
      thousand((index) => ({
        senders: [{ kind: 'mask', of: 'number', digits: `+1${String(index).padStart(3, '0')}***8086` }],
      })),
      { ...message, sender: number('+19993808087') },
    ],
    ['one DID, closed hours each', thousand(() => ({ hours: week })), message],
  ]
  for (const [shape, rules, given] of shapes) {
    const start = () => performance.now()
    let best = Number.POSITIVE_INFINITY
    // The best of many short rounds: what the machine does besides only ever adds.
    for (let round = 0; round < 40; round++) {
      // Fifty messages of one minute; with every round another minute, so that hours are looked at anew.
      const now = { ...moment, at: moment.at + round * 60_000 }
      const began = start()
      for (let n = 0; n < 50; n++) applyRules(rules, given, now)
      best = Math.min(best, ((start() - began) / 50) * 1000)
    }
    t.comment(`${shape}: ${best.toFixed(2)} µs`)
    t.ok(best <= 20, `${shape}: ${best.toFixed(2)} µs`)
  }
})

t.test('lint', async (t) => {
  const member = (extension: string) => ({
    extension: asExtension(extension),
    position: 0,
    membership: 'static' as const,
    penalty: 0,
    loggedIn: true,
    paused: false,
    pausedReason: null,
    lastCallAt: null,
    inCall: false,
  })
  const groups = [
    {
      ref: group('8000'),
      name: 'Support',
      strategy: 'linear' as const,
      members: [member('101')],
      foreign: [],
    },
    { ref: group('8001'), name: 'Sales', strategy: 'linear' as const, members: [member('101')], foreign: [] },
    { ref: group('8002'), name: 'Nobody', strategy: 'linear' as const, members: [], foreign: [] },
  ]
  const directory: Directory = {
    ...emptyDirectory(pbxId),
    groups: new Map(groups.map((each) => [groupKey(each.ref), each])),
    extensions: new Map([[asExtension('101'), { extension: asExtension('101'), name: 'Ann', devices: [] }]]),
    dids: ['+16313808000'],
    schedules,
    readAt: 1,
  }
  const carriers = [
    { id: asCarrierId('twilio'), enabled: true, numbers: [number('+18005550199'), number('+16313808055')] },
    { id: asCarrierId('off'), enabled: false, numbers: [number('+12125550100')] },
  ]
  const lint = (rules: MessageRule[], over: Partial<Directory> = {}) =>
    lintRules(set(...rules), {
      directory: { ...directory, ...over },
      carriers,
      isRouted: routedDids(directory.dids, number),
    })
  const codes = (...rules: MessageRule[]) =>
    lint(rules).map(({ code, severity, ruleIds }) => `${severity} ${code} ${ruleIds.join('<')}`)
  const sales = { destination: group('8001') }
  const vip = { senders: [sender] }
  const cases: [string, MessageRule[], string[]][] = [
    ['nothing wrong', [rule('a')], []],
    ['shadowed', [rule('a'), rule('b', sales)], ['error shadowed b<a']],
    ['shadowed by one that is narrower is not', [rule('a', vip), rule('b', sales)], ['note overlapping b<a']],
    ['a range shadows', [rule('a', { dids: [block] }), rule('b', sales)], ['error shadowed b<a']],
    [
      'several shadow together',
      [
        rule('a'),
        rule('b', { dids: [number('+18005550199')] }),
        rule('c', { ...sales, dids: [did, number('+18005550199')] }),
      ],
      ['error shadowed c<a<b'],
    ],
    [
      'one that leaves its closed hours does not shadow',
      [rule('a', { hours: closed }), rule('b')],
      ['note overlapping b<a'],
    ],
    [
      'one that holds does',
      [rule('a', { hours: closed, outside: { kind: 'hold', autoReply: null } }), rule('b')],
      ['error shadowed b<a'],
    ],
    ['switched off ones do nothing', [rule('a', { enabled: false }), rule('b', sales)], []],
    [
      'crossing',
      [rule('a', { channels: ['sms', 'sip'] }), rule('b', { ...sales, channels: ['sms', 'whatsapp'] })],
      ['warning overlapping b<a'],
    ],
    ['the same effect is no harm', [rule('a', { channels: ['sms'] }), rule('b')], []],
    ['apart by channel', [rule('a', { channels: ['sms'] }), rule('b', { ...sales, channels: ['sip'] })], []],
    ['empty', [rule('a', { destination: group('8002') })], ['error empty-group a']],
    ['vanished', [rule('a', { destination: group('9999') })], ['error vanished-group a']],
    ['an extension is a group', [rule('a', { destination: group('101', 'extension') })], []],
    [
      'a vanished extension',
      [rule('a', { destination: group('199', 'extension') })],
      ['error vanished-group a'],
    ],
    [
      'the group outside the hours counts',
      [rule('a', { hours: closed, outside: { kind: 'group', group: group('8002') } })],
      ['error empty-group a'],
    ],
    ['unknown DID', [rule('a', { dids: [number('+12125550100')] })], ['warning unknown-did a']],
    ['a carrier’s DID', [rule('a', { dids: [number('+18005550199')] })], []],
    ['a range around a known one', [rule('a', { dids: [block] })], []],
    ['unknown carrier', [rule('a', { carriers: [asCarrierId('off')] })], ['error unknown-carrier a']],
    [
      'one of two carriers',
      [rule('a', { carriers: [asCarrierId('gone'), asCarrierId('twilio')] })],
      ['warning unknown-carrier a'],
    ],
    ['never open', [rule('a', { hours: never })], ['error never-open a']],
    [
      'never open, but sent elsewhere',
      [rule('a', { hours: never, outside: { kind: 'group', group: group('8001') } })],
      ['warning never-open a'],
    ],
    [
      'vanished schedule',
      [rule('a', { hours: { kind: 'pbx', schedule: 'call-flow/7' } })],
      ['warning vanished-schedule a'],
    ],
    [
      'a mask of no channel',
      [rule('a', { channels: ['whatsapp'], senders: [code('12345')] })],
      ['error mask-cannot-match a'],
    ],
    [
      'one part of a mask',
      [rule('a', { senders: [sender, { kind: 'mask', of: 'number', digits: '+0954*******' }] })],
      ['warning mask-cannot-match a'],
    ],
  ]
  for (const [what, rules, expected] of cases) t.same(codes(...rules), expected, what)

  t.same(
    lint([rule('a', { destination: group('9999'), dids: [sender] })], { readAt: null }).map(
      ({ code, severity }) => `${severity} ${code}`,
    ),
    ['note unknown-did'],
    'before the PBX ever answered nothing has vanished',
  )
  const seen = new Set<RuleFindingCode>()
  for (const [, rules] of cases) {
    for (const { code, sentence } of lint(rules)) {
      seen.add(code)
      t.match(sentence, /^.*“.+”.*\.$/, sentence)
    }
  }
  t.equal(seen.size, 9, 'every finding was met')

  const many = Array.from({ length: 1000 }, (_, index) =>
    rule(`r${index}`, { senders: [number(`+1954${1_000_000 + index}`)] }),
  )
  const began = performance.now()
  lint([...many, rule('all', sales)])
  t.comment(`1,001 rules on one DID linted in ${(performance.now() - began).toFixed(0)} ms`)
  t.ok(performance.now() - began < 5000)
})
