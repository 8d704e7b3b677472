import fc from 'fast-check'
import t from 'tap'
import { encode } from '../../module/pbx/ami-request.ts'
import { readDialplan } from '../../module/pbx/directory/dialplan.ts'
import { readFamily, type ScheduleFacts, schedulesOf } from '../../module/pbx/directory/schedules.ts'
import { readCallFlows, readTimeConditions } from '../../module/pbx/directory/time-conditions.ts'
import { readTimeSpec } from '../../module/pbx/directory/time-spec.ts'
import { raw } from './raw-message.ts'

const workdays = '09:00-17:00,mon-fri,*,*'

t.test('a time is asked for only when it is exactly a time', async (t) => {
  for (const spec of [
    workdays,
    '*,*,*,*',
    '0:00-23:59,sun,1-31,jan-dec',
    '09:00,mon&wed&fri,24&31,dec',
    '09:00-17:00,MON-FRI,*,*,America/Argentina/Buenos_Aires',
    '09:00-17:00,mon-fri,*,*,Etc/GMT+5',
  ]) {
    t.equal(readTimeSpec(spec), spec, spec)
  }
  t.equal(readTimeSpec('09:00-17:00|mon-fri|*|*'), workdays, 'bars are commas of old')
  for (const hostile of [
    '',
    '*,*,*',
    `${workdays}?TRUE:FALSE)CURL(http://x`,
    `${workdays},\${SHELL(id)}`,
    `${workdays},x)`,
    `${workdays}\r\n\r\nAction: Logoff`,
    `${workdays}\n`,
    `${workdays},../../etc/passwd`,
    `09:00-17:00,mon-fri,*,\${DB(a/b)}`,
    '$[1],*,*,*',
    `${'09:00&'.repeat(99)}09:00,*,*,*`,
  ]) {
    t.equal(readTimeSpec(hostile), null, hostile)
  }
  t.throws(() => encode({ action: 'Getvar', variable: { kind: 'time-holds', spec: `${workdays})` } }))
  t.same(encode({ action: 'Getvar', variable: { kind: 'time-holds', spec: workdays } }), {
    action: 'Getvar',
    variable: `IFTIME(${workdays}?TRUE:FALSE)`,
  })
})

t.test('whatever a dialplan holds, no function but the template’s own is ever named', (t) => {
  const piece = fc.constantFrom(
    '09:00',
    '-',
    ',',
    '*',
    'mon',
    '?',
    ')',
    '(',
    '$',
    '{',
    '}',
    '|',
    '\r\n',
    'CURL',
    '/',
    ' ',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((parts) => parts.join('')),
      ),
      (text) => {
        const spec = readTimeSpec(text)
        if (spec === null) return true
        const { variable = '' } = encode({ action: 'Getvar', variable: { kind: 'time-holds', spec } })
        return /^IFTIME\([\w:,*&/+-]+\?TRUE:FALSE\)$/.test(variable)
      },
    ),
    { numRuns: 2000 },
  )
  t.end()
})

type Step = [application: string, data: string, label?: string]

const context = (name: string, extension: string, ...steps: Step[]) =>
  steps.map(([application, data, label = ''], index) =>
    raw(
      `Event: ListDialplan | Context: ${name} | Extension: ${extension} | ExtensionLabel: ${label} | Priority: ${index + 1} | Application: ${application} | AppData: ${data}`,
    ),
  )

/** As FreePBX generates one, with what stands before its `falsestate`. */
const timeCondition = (id: string, inUse: 'INUSE' | 'NOT_INUSE', ...before: Step[]) =>
  context(
    'timeconditions',
    id,
    ['Set', `DB(TC/${id}/INUSESTATE)=${inUse}`],
    ['Set', `DB(TC/${id}/NOT_INUSESTATE)=${inUse === 'INUSE' ? 'NOT_INUSE' : 'INUSE'}`],
    ...before,
    ['GotoIf', `$["\${DB(TC/${id}):0:4}" = "true"]?truegoto`, 'falsestate'],
    ['ExecIf', `$["\${DB(TC/${id})}" = "false"]?Set(DB(TC/${id})=)`],
    ['Set', `DEVICE_STATE(Custom:TC${id})=INUSE`, 'falsegoto'],
    ['GotoIf', `$["\${TCMAINT}"!="RETURN"]?ext-local,vmu101,1`],
    ['GotoIf', `$["\${DB(TC/${id}):0:5}" = "false"]?falsegoto`, 'truestate'],
  )

const reading = readTimeConditions(
  readDialplan([
    ...timeCondition(
      '1',
      'INUSE',
      ['GotoIfTime', `${workdays}?truestate`],
      ['GotoIfTime', '10:00-12:00,sat,*,*?truestate'],
    ),
    ...timeCondition('2', 'NOT_INUSE', ['GotoIfTime', `${workdays}?truestate`]),
    ...timeCondition('3', 'INUSE', ['AGI', 'calendar.php,3'], ['GotoIf', `$["\${CAL}" = "1"]?truestate`]),
    ...timeCondition('4', 'INUSE', ['GotoIfTime', `\${TIMES}?truestate`]),
    ...timeCondition(
      '5',
      'INUSE',
      ['GotoIf', `$["\${DB(DAYNIGHT/C0)}" = "NIGHT"]?falsestate`],
      ['GotoIfTime', `${workdays}?truestate`],
    ),
    ...timeCondition('6', 'INUSE'),
    ...timeCondition(
      '7',
      'INUSE',
      ['GotoIf', `$["\${DB(DAYNIGHT/C1)}" = "NIGHT"]?falsestate`],
      ['GotoIf', `$["\${DB(DAYNIGHT/C2)}" = "DAY"]?truestate`],
    ),
    ...context('timeconditions', 'h', ['Hangup', '']),
  ]).steps,
)

const facts = (over: Partial<ScheduleFacts> = {}): ScheduleFacts => ({
  conditions: reading.conditions,
  flows: readCallFlows(readDialplan(context('app-daynight', '0', ['GotoIf', 'x'])).steps),
  overrides: new Map(),
  modes: new Map([['C0', 'DAY']]),
  holds: new Map([
    [workdays, true],
    ['10:00-12:00,sat,*,*', false],
  ]),
  deviceStates: new Map(),
  ...over,
})

const open = (id: string, over?: Parameters<typeof facts>[0]) =>
  schedulesOf(facts(over)).get(`time-condition/${id}`)?.open

t.test('time conditions are read as the dialplan decides them', async (t) => {
  t.same(
    reading.conditions.map(({ id, times, isInverted }) => [id, times?.length ?? null, isInverted]),
    [
      ['1', 2, false],
      ['2', 1, true],
      ['3', null, false],
      ['4', null, false],
      ['5', 1, false],
      ['6', 0, false],
      ['7', 0, false],
    ],
  )
  t.match(reading.unreadable, [{ context: 'timeconditions', extension: '4', priority: 3 }])
  t.equal(reading.unreadable.length, 1, 'a calendar is no fault')
})

t.test('open or closed: override, call flow, times, lamp', async (t) => {
  const times = (holds: boolean) => ({
    holds: new Map([
      [workdays, holds],
      ['10:00-12:00,sat,*,*', false],
    ]),
  })
  const override = (id: string, value: string) => ({ overrides: new Map([[id, value]]) })
  const lamp = (id: string, state: string) => ({ deviceStates: new Map([[`Custom:TC${id}`, state]]) })
  t.equal(open('1'), true)
  t.equal(open('1', times(false)), false)
  t.equal(
    open('1', {
      holds: new Map([
        ['10:00-12:00,sat,*,*', true],
        [workdays, false],
      ]),
    }),
    true,
    'any of them',
  )
  t.equal(open('1', { ...override('1', 'false'), ...lamp('1', 'NOT_INUSE') }), false, 'overridden')
  t.equal(open('1', { ...override('1', 'true_sticky'), ...times(false) }), true)
  t.equal(open('1', { ...override('1', ''), ...times(false) }), false, 'an empty override is none')
  t.equal(open('1', lamp('1', 'INUSE')), true, 'a lamp that lags is not believed')
  t.equal(open('1', { holds: new Map() }), 'unknown', 'Asterisk would not say')
  t.equal(open('1', { holds: new Map(), ...lamp('1', 'NOT_INUSE') }), true, 'then the lamp speaks')
  t.equal(open('3', lamp('3', 'INUSE')), false, 'a calendar: only the lamp knows')
  t.equal(open('3', lamp('3', 'NOT_INUSE')), true)
  t.equal(open('3'), 'unknown')
  t.equal(open('4', lamp('4', 'NOT_INUSE')), true, 'a time that can not be asked for')
  t.equal(open('2', { holds: new Map(), ...lamp('2', 'INUSE') }), true, 'inverted')
  t.equal(open('2', { holds: new Map(), ...lamp('2', 'NOT_INUSE') }), false)
  t.equal(open('5'), true)
  t.equal(open('5', { modes: new Map([['C0', 'NIGHT']]) }), false, 'its call flow control closes it')
  t.equal(open('5', { modes: new Map([['C0', 'NIGHT']]), ...override('5', 'true') }), true)
  const modes = (one: string, two: string) => ({
    modes: new Map([
      ['C1', one],
      ['C2', two],
    ]),
  })
  t.equal(open('7', modes('DAY', 'DAY')), true, 'of several call flow controls the first that decides')
  t.equal(open('7', modes('NIGHT', 'DAY')), false)
  t.equal(open('7', modes('DAY', 'NIGHT')), false, 'none decides, and there are no times')
  t.equal(open('6'), false, 'without times it is opened by hand')
})

t.test('call flow control: the AstDB, else the lamp', async (t) => {
  const flow = (over: Parameters<typeof facts>[0]) => schedulesOf(facts(over)).get('call-flow/0')?.open
  t.equal(flow({}), true)
  t.equal(flow({ modes: new Map([['C0', 'NIGHT']]) }), false)
  t.equal(flow({ modes: new Map() }), 'unknown')
  t.equal(flow({ modes: new Map(), deviceStates: new Map([['Custom:DAYNIGHT0', 'INUSE']]) }), false)
  t.equal(flow({ modes: new Map(), deviceStates: new Map([['Custom:DAYNIGHT0', 'NOT_INUSE']]) }), true)
})

t.test('a family of the AstDB, without what lies deeper', async (t) => {
  t.same(
    [
      ...readFamily(
        [
          'Key: /TC/1 | Val: true_sticky',
          'Key: /TC/1/INUSESTATE | Val: INUSE',
          'Key: /TC/2 | Val: ',
          'Val: x',
        ].map(raw),
      ),
    ],
    [
      ['1', 'true_sticky'],
      ['2', ''],
    ],
  )
})
