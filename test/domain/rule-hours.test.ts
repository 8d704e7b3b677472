import t from 'tap'
import { type HoursText, hoursText, parseHours } from '../../module/domain/rules/parse-hours.ts'
import { canOpen, opennessOf, opennessWords, type RuleHours } from '../../module/domain/rules/rule-hours.ts'
import type { Schedule, ScheduleKey } from '../../module/domain/rules/schedule.ts'
import { dateOfDay, dayOfDate, localTime, weekdayOf } from '../../module/domain/rules/zone-time.ts'

const office = '09:00-12:30; 13:30-18:00'

function hoursOf(text: HoursText): RuleHours {
  const read = parseHours(text)
  if (!read.ok) throw new Error(`${read.problem.path}: ${read.problem.sentence}`)
  return read.value
}

const weekly = (over: Partial<Extract<HoursText, { kind: 'weekly' }>> = {}): HoursText => ({
  kind: 'weekly',
  timeZone: 'America/New_York',
  days: { mon: office, tue: office, wed: office, thu: office, fri: office },
  ...over,
})

const noSchedules: ReadonlyMap<ScheduleKey, Schedule> = new Map()
/** Each moment with its offset written out, so that the table needs no time zone to be read. */
const isOpenAt = (hours: RuleHours, time: string) =>
  opennessOf(hours, { at: Date.parse(time), schedules: noSchedules }).open

t.test('a weekly plan', async (t) => {
  const night: HoursText = weekly({ days: { fri: '22:00-06:00', sun: '00:00-24:00' } })
  const christmas = [
    { from: '2026-12-24', to: '2026-12-26', name: 'Christmas' },
    { from: '2026-12-31', name: 'New Year’s Eve', spans: '09:00-12:00' },
  ]
  const holidays = weekly({ holidays: christmas })
  const nightOver = weekly({ days: { thu: '22:00-06:00' }, holidays: [{ from: '2026-12-25', name: 'Xmas' }] })
  const nightIn = weekly({
    days: {},
    holidays: [{ from: '2026-12-24', to: '2026-12-25', name: 'X', spans: '22:00-06:00' }],
  })
  // 2026: New York changes its clocks on 8 March (2:00 → 3:00) and 1 November (2:00 → 1:00).
  const changes = weekly({ days: { sun: '01:30-02:30; 04:00-05:00' } })
  const cases: [string, HoursText, string, boolean][] = [
    ['opens on the minute', weekly(), '2026-01-05T09:00:00-05:00', true],
    ['not a second before', weekly(), '2026-01-05T08:59:59-05:00', false],
    ['closes on the minute', weekly(), '2026-01-05T12:30:00-05:00', false],
    ['the second span', weekly(), '2026-01-05T13:30:00-05:00', true],
    ['the lunch between', weekly(), '2026-01-05T13:29:59-05:00', false],
    ['a day without hours', weekly(), '2026-01-03T10:00:00-05:00', false],
    ['another zone’s morning', weekly(), '2026-01-05T09:30:00+01:00', false],
    ['summer time moves with the clocks', weekly(), '2026-07-06T09:00:00-04:00', true],
    ['summer time, an hour before', weekly(), '2026-07-06T08:00:00-04:00', false],
    ['over midnight, before it', night, '2026-01-02T23:59:00-05:00', true],
    ['over midnight, after it', night, '2026-01-03T05:59:00-05:00', true],
    ['over midnight, its end', night, '2026-01-03T06:00:00-05:00', false],
    ['over midnight, not the morning of its own day', night, '2026-01-02T05:00:00-05:00', false],
    ['a whole day, its first minute', night, '2026-01-04T00:00:00-05:00', true],
    ['a whole day, its last', night, '2026-01-04T23:59:59-05:00', true],
    ['a whole day ends at midnight', night, '2026-01-05T00:00:00-05:00', false],
    ['a holiday in a range', holidays, '2026-12-25T10:00:00-05:00', false],
    ['the range’s first day', holidays, '2026-12-24T10:00:00-05:00', false],
    ['the day before it', holidays, '2026-12-23T10:00:00-05:00', true],
    ['the first working day after it', holidays, '2026-12-28T10:00:00-05:00', true],
    ['a holiday’s own hours', holidays, '2026-12-31T11:59:00-05:00', true],
    ['the weekly hours are no more on it', holidays, '2026-12-31T14:00:00-05:00', false],
    ['a holiday by the zone’s own date', holidays, '2026-12-24T03:00:00Z', false],
    ['and not by UTC’s', holidays, '2026-12-23T22:59:00Z', true],
    ['a night does not run into a holiday', nightOver, '2026-12-25T03:00:00-05:00', false],
    ['the evening before it is open', nightOver, '2026-12-24T23:00:00-05:00', true],
    ['a holiday’s own night runs on within it', nightIn, '2026-12-25T03:00:00-05:00', true],
    ['and out of it', nightIn, '2026-12-26T03:00:00-05:00', true],
    ['but began no day earlier', nightIn, '2026-12-24T03:00:00-05:00', false],
    ['the hour that is left out: before', changes, '2026-03-08T01:59:00-05:00', true],
    ['the hour that is left out: after', changes, '2026-03-08T03:00:00-04:00', false],
    ['later that day the clocks’ new time holds', changes, '2026-03-08T04:00:00-04:00', true],
    ['the hour that comes twice: first', changes, '2026-11-01T01:45:00-04:00', true],
    ['the hour that comes twice: again', changes, '2026-11-01T01:45:00-05:00', true],
    [
      'the hour that comes twice: its first part is closed again',
      changes,
      '2026-11-01T01:15:00-05:00',
      false,
    ],
  ]
  for (const [what, text, time, expected] of cases) t.equal(isOpenAt(hoursOf(text), time), expected, what)
})

t.test('zones with odd offsets, and days far apart', async (t) => {
  const at = Date.parse('2026-06-15T20:00:00Z')
  t.same(localTime('Asia/Kathmandu', at), { day: dayOfDate('2026-06-16'), minute: 1 * 60 + 45 })
  t.same(localTime('Pacific/Kiritimati', at), { day: dayOfDate('2026-06-16'), minute: 10 * 60 })
  t.same(localTime('Asia/Kathmandu', at + 60_000), { day: dayOfDate('2026-06-16'), minute: 1 * 60 + 46 })
  t.same(localTime('UTC', Date.parse('2024-02-29T23:59:59Z')), { day: dayOfDate('2024-02-29'), minute: 1439 })
  t.equal(weekdayOf(dayOfDate('2026-11-22') ?? 0), 0, 'a Sunday')
  t.equal(weekdayOf(dayOfDate('1969-12-31') ?? 0), 3, 'a Wednesday before the count began')
  t.equal(dateOfDay(dayOfDate('2024-02-29') ?? 0), '2024-02-29')
  for (const no of ['2026-02-29', '2026-13-01', '2026-1-1', 'today', '']) t.equal(dayOfDate(no), null, no)
})

t.test('the PBX’s own schedule, also when it is unknown', async (t) => {
  const hours = hoursOf({ kind: 'pbx', schedule: 'time-condition/1' })
  const schedule = (open: boolean | 'unknown', name: string | null = null) =>
    new Map<ScheduleKey, Schedule>([['time-condition/1', { kind: 'time-condition', id: '1', name, open }]])
  const look = (schedules: ReadonlyMap<ScheduleKey, Schedule>) => opennessOf(hours, { at: 0, schedules })
  t.equal(look(schedule(true)).open, true)
  t.equal(look(schedule(false)).open, false)
  t.equal(look(schedule('unknown')).open, true, 'who is there is judged by presence anyhow')
  t.equal(look(noSchedules).open, true, 'a schedule that the PBX no longer has')
  t.equal(
    opennessWords(look(schedule(false, 'Office hours')), hours),
    'by time condition 1 (Office hours) of the PBX',
  )
  t.match(opennessWords(look(noSchedules), hours), 'counts as open')
})

t.test('hours as text read back as themselves', async (t) => {
  const texts: HoursText[] = [
    { kind: 'always' },
    { kind: 'pbx', schedule: 'call-flow/0' },
    weekly({
      holidays: [{ from: '2026-12-24', to: '2026-12-26', name: 'Christmas', spans: '22:00-06:00' }],
    }),
  ]
  for (const text of texts)
    t.same(hoursText(hoursOf(text)), text.kind === 'weekly' ? { holidays: [], ...text } : text)
  t.equal(canOpen(hoursOf(weekly({ days: {} }))), false)
  t.equal(
    canOpen(
      hoursOf(weekly({ days: {}, holidays: [{ from: '2030-01-01', name: 'Sale', spans: '08:00-20:00' }] })),
    ),
    true,
  )
})

t.test('what is wrong in hours, and where', async (t) => {
  const cases: [HoursText, string, number, RegExp][] = [
    [weekly({ timeZone: 'Mars/Olympus' }), 'timeZone', 0, /no time zone/],
    [weekly({ days: { mon: '09:00-12:00; 25:00-26:00' } }), 'days.mon', 13, /“25:00” is no time of day/],
    [weekly({ days: { tue: '09:00-12:60' } }), 'days.tue', 6, /“12:60” is no time/],
    [weekly({ days: { tue: '9-17' } }), 'days.tue', 0, /“9” is no time/],
    [weekly({ days: { wed: ' nine to five' } }), 'days.wed', 1, /no span of time/],
    [weekly({ days: { wed: '08:00-08:00' } }), 'days.wed', 6, /00:00-24:00/],
    [weekly({ days: { wed: '24:00-08:00' } }), 'days.wed', 0, /“24:00” is no time/],
    [weekly({ holidays: [{ from: '2026-02-30', name: 'x' }] }), 'holidays[0].from', 0, /no date/],
    [
      weekly({
        holidays: [
          { from: '2026-02-01', name: 'x' },
          { from: '2026-02-05', to: '2026-02-01', name: 'y' },
        ],
      }),
      'holidays[1].to',
      0,
      /lies before/,
    ],
    [
      weekly({ holidays: [{ from: '2026-02-01', name: 'x', spans: '8' }] }),
      'holidays[0].spans',
      0,
      /no span/,
    ],
    [{ kind: 'pbx', schedule: 'night' }, 'schedule', 0, /time-condition\/1/],
  ]
  for (const [text, path, position, sentence] of cases) {
    const read = parseHours(text)
    t.match(read, { ok: false, problem: { path, position, sentence } }, path)
  }
})
