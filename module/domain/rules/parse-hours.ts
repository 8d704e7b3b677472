import { type Parsed, parsed, piecesOf, readPieces, refusedAt, type TextProblem } from './pattern-text.ts'
import { type Holiday, type RuleHours, type TimeSpan, type Weekday, weekdays } from './rule-hours.ts'
import type { ScheduleKey } from './schedule.ts'
import { dateOfDay, dayOfDate, isTimeZone } from './zone-time.ts'

/** Hours as they are written: spans as text, `09:00-12:30; 13:30-18:00`, `22:00-06:00` over midnight. */
export type HoursText =
  | { readonly kind: 'always' }
  | {
      readonly kind: 'weekly'
      readonly timeZone: string
      /** A day that is left out, or empty, is closed. */
      readonly days: Readonly<Partial<Record<Weekday, string>>>
      readonly holidays?: readonly HolidayText[]
    }
  | { readonly kind: 'pbx'; readonly schedule: string }

export interface HolidayText {
  /** `2026-12-24` */
  readonly from: string
  /** The last day; left out for one day. */
  readonly to?: string
  readonly name: string
  /** When it is open all the same; left out, or empty, it is closed. */
  readonly spans?: string
}

/** What is wrong in hours: in which part of them (`days.mon`), and where in its text. */
export interface HoursProblem extends TextProblem {
  readonly path: string
}

export type ParsedHours<T = RuleHours> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: HoursProblem }

const read = <T>(value: T): ParsedHours<T> => ({ ok: true, value })

export function parseHours(text: HoursText): ParsedHours {
  switch (text.kind) {
    case 'always':
      return read({ kind: 'always' })
    case 'weekly':
      return parseWeekly(text)
    case 'pbx':
      if (isScheduleKey(text.schedule)) return read({ kind: 'pbx', schedule: text.schedule })
      return wrongAt(
        'schedule',
        0,
        `“${text.schedule}” is no schedule. Write time-condition/1 or call-flow/1.`,
      )
    default:
      return text satisfies never
  }
}

function parseWeekly(text: Extract<HoursText, { kind: 'weekly' }>): ParsedHours {
  if (!isTimeZone(text.timeZone)) {
    return wrongAt(
      'timeZone',
      0,
      `“${text.timeZone}” is no time zone. Write its name, such as America/New_York.`,
    )
  }
  const days: Record<Weekday, readonly TimeSpan[]> = {
    sun: [],
    mon: [],
    tue: [],
    wed: [],
    thu: [],
    fri: [],
    sat: [],
  }
  for (const weekday of weekdays) {
    const spans = parseSpans(text.days[weekday] ?? '')
    if (!spans.ok) return { ok: false, problem: { ...spans.problem, path: `days.${weekday}` } }
    days[weekday] = spans.value
  }
  const holidays: Holiday[] = []
  for (const [index, holiday] of (text.holidays ?? []).entries()) {
    const result = parseHoliday(holiday, `holidays[${index}]`)
    if (!result.ok) return result
    holidays.push(result.value)
  }
  return read({ kind: 'weekly', timeZone: text.timeZone, days, holidays })
}

function parseHoliday({ name, spans, ...dates }: HolidayText, path: string): ParsedHours<Holiday> {
  const from = dayOfDate(dates.from)
  if (from === null) return wrongAt(`${path}.from`, 0, noDate(dates.from))
  const to = dates.to === undefined ? from : dayOfDate(dates.to)
  if (to === null) return wrongAt(`${path}.to`, 0, noDate(dates.to ?? ''))
  if (to < from) return wrongAt(`${path}.to`, 0, `${dates.to} lies before ${dates.from}. Swap the two dates.`)
  const open = parseSpans(spans ?? '')
  if (!open.ok) return { ok: false, problem: { ...open.problem, path: `${path}.spans` } }
  return read({ name, from, to, spans: open.value })
}

const noDate = (text: string): string => `“${text}” is no date. Write year, month and day: 2026-12-24.`

/** `09:00-12:30; 13:30-18:00` */
function parseSpans(text: string): Parsed<TimeSpan[]> {
  return readPieces(piecesOf(text, /[;,]/), ({ text: span, position }) => {
    const match = /^(\S+?)(\s*[-–]\s*)(\S+)$/.exec(span)
    const [, from, separator, to] = match ?? []
    if (from === undefined || separator === undefined || to === undefined) {
      return refusedAt(position, `“${span}” is no span of time. Write its beginning and end: 09:00-17:00.`)
    }
    const beginning = minuteOf(from)
    if (beginning === null || beginning === dayMinutes) return refusedAt(position, noTime(from))
    const end = minuteOf(to)
    const endPosition = position + from.length + separator.length
    if (end === null) return refusedAt(endPosition, noTime(to))
    if (end === beginning) {
      return refusedAt(endPosition, `“${span}” is no time at all. For a whole day write 00:00-24:00.`)
    }
    return parsed({ from: beginning, to: end })
  })
}

const noTime = (text: string): string => `“${text}” is no time of day. Write hours and minutes: 09:00.`

const dayMinutes = 24 * 60

function minuteOf(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined || Number(minutes) > 59) return null
  const minute = Number(hours) * 60 + Number(minutes)
  return minute <= dayMinutes ? minute : null
}

/** Hours as text again, which `parseHours` reads back. */
export function hoursText(hours: RuleHours): HoursText {
  if (hours.kind !== 'weekly') return hours
  const open = weekdays.filter((weekday) => hours.days[weekday].length > 0)
  return {
    kind: 'weekly',
    timeZone: hours.timeZone,
    days: Object.fromEntries(open.map((weekday) => [weekday, spansText(hours.days[weekday])])),
    holidays: hours.holidays.map(({ name, from, to, spans }) => ({
      name,
      from: dateOfDay(from),
      to: dateOfDay(to),
      spans: spansText(spans),
    })),
  }
}

const spansText = (spans: readonly TimeSpan[]): string =>
  spans.map(({ from, to }) => `${clockText(from)}-${clockText(to)}`).join('; ')

const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const isScheduleKey = (text: string): text is ScheduleKey => /^(time-condition|call-flow)\/\d+$/.test(text)

const wrongAt = (path: string, position: number, sentence: string) => ({
  ok: false as const,
  problem: { path, position, sentence },
})
