import type { Millis } from '../ids.ts'
import type { Schedule, ScheduleKey } from './schedule.ts'
import { dateOfDay, localTime, weekdayOf } from './zone-time.ts'

/** Minutes since midnight. An end at or before the beginning lies on the next day. `to` is 1440 for midnight. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof weekdays)[number]

/** A day, or several in a row, that the weekly plan does not hold for. */
export interface Holiday {
  readonly name: string
  /** Days since 1970 in the plan's zone; `to` included. */
  readonly from: number
  readonly to: number
  /** When it is open all the same; empty for closed the whole day. */
  readonly spans: readonly TimeSpan[]
}

export interface WeeklyHours {
  readonly kind: 'weekly'
  /** IANA name. Spans are what its clocks show, so a change of the clocks moves them along. */
  readonly timeZone: string
  readonly days: Readonly<Record<Weekday, readonly TimeSpan[]>>
  readonly holidays: readonly Holiday[]
}

/** When a rule's own destination holds. */
export type RuleHours =
  | { readonly kind: 'always' }
  | WeeklyHours
  /** As a time condition or call flow control of the PBX stands: kept at one place, and followed here. */
  | { readonly kind: 'pbx'; readonly schedule: ScheduleKey }

/** What hours are looked at with: the moment, and how the PBX's schedules stand. */
export interface Moment {
  readonly at: Millis
  readonly schedules: ReadonlyMap<ScheduleKey, Schedule>
}

/** Whether it is open, and by what, so that it can be told. */
export type Openness =
  | { readonly open: true; readonly by: 'always' }
  | { readonly open: boolean; readonly by: 'weekly-plan' }
  | { readonly open: boolean; readonly by: 'holiday'; readonly holiday: Holiday }
  | { readonly open: boolean; readonly by: 'pbx'; readonly schedule: Schedule }
  | { readonly open: true; readonly by: 'pbx-unknown'; readonly schedule: ScheduleKey }

/**
 * Pure. Where the PBX does not tell how its schedule stands (it was just installed, removed, or reads from
 * something that Parley can't), it counts as open: then the message goes where agents are, and whether one of
 * them is there is judged by presence anyhow, while a wrong "closed" would keep a customer from people who sit
 * and wait. While the PBX is away its last word stands, as everywhere.
 */
export function opennessOf(hours: RuleHours, { at, schedules }: Moment): Openness {
  switch (hours.kind) {
    case 'always':
      return { open: true, by: 'always' }
    case 'weekly':
      return weeklyOpenness(hours, at)
    case 'pbx': {
      const schedule = schedules.get(hours.schedule)
      if (schedule === undefined || schedule.open === 'unknown')
        return { open: true, by: 'pbx-unknown', schedule: hours.schedule }
      return { open: schedule.open, by: 'pbx', schedule }
    }
    default:
      return hours satisfies never
  }
}

/** A span over midnight belongs to the day it begins on, but does not run into a holiday that it did not begin on. */
function weeklyOpenness(hours: WeeklyHours, at: Millis): Openness {
  const { day, minute } = localTime(hours.timeZone, at)
  const today = holidayOn(hours, day)
  const yesterday = holidayOn(hours, day - 1)
  const runsOn = today === null || today === yesterday
  const open =
    (today?.spans ?? hours.days[weekdayName(day)]).some((span) => holdsOnItsDay(span, minute)) ||
    (runsOn &&
      (yesterday?.spans ?? hours.days[weekdayName(day - 1)]).some((span) => holdsNextDay(span, minute)))
  return today === null ? { open, by: 'weekly-plan' } : { open, by: 'holiday', holiday: today }
}

const holidayOn = ({ holidays }: WeeklyHours, day: number): Holiday | null =>
  holidays.find(({ from, to }) => from <= day && day <= to) ?? null

const weekdayName = (day: number): Weekday => weekdays[weekdayOf(day)] ?? 'sun'

const isOverMidnight = ({ from, to }: TimeSpan): boolean => to <= from

const holdsOnItsDay = (span: TimeSpan, minute: number): boolean =>
  minute >= span.from && (isOverMidnight(span) || minute < span.to)

const holdsNextDay = (span: TimeSpan, minute: number): boolean => isOverMidnight(span) && minute < span.to

/** Whether there is any moment at which it is open. A plan with nothing but past holidays still counts as one. */
export function canOpen(hours: RuleHours): boolean {
  if (hours.kind !== 'weekly') return true
  return (
    weekdays.some((weekday) => hours.days[weekday].length > 0) ||
    hours.holidays.some(({ spans }) => spans.length > 0)
  )
}

/** `by the weekly plan (Europe/Berlin)`: what made it open or closed, to go behind "open" or "closed". */
export function opennessWords(openness: Openness, hours: RuleHours): string {
  switch (openness.by) {
    case 'always':
      return 'at all times'
    case 'weekly-plan':
      return `by its weekly plan${hours.kind === 'weekly' ? ` (${hours.timeZone})` : ''}`
    case 'holiday':
      return `by its holiday “${openness.holiday.name}” (${holidayDates(openness.holiday)})`
    case 'pbx':
      return `by ${scheduleWords(openness.schedule)} of the PBX`
    case 'pbx-unknown':
      return `because the PBX does not tell how ${openness.schedule.replace('/', ' ')} stands, which counts as open`
    default:
      return openness satisfies never
  }
}

const holidayDates = ({ from, to }: Holiday): string =>
  from === to ? dateOfDay(from) : `${dateOfDay(from)} to ${dateOfDay(to)}`

function scheduleWords({ kind, id, name }: Schedule): string {
  const what = kind === 'time-condition' ? 'time condition' : 'call flow control'
  return name === null ? `${what} ${id}` : `${what} ${id} (${name})`
}
