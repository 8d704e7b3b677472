import type { Millis } from '../ids.ts'

/** A moment as the clocks of a time zone show it. */
export interface LocalTime {
  /** Days since 1 January 1970, in that zone's calendar. */
  readonly day: number
  /** Minutes since midnight, as shown: no day has an hour twice in it here, nor one too few. */
  readonly minute: number
}

const msPerMinute = 60_000
const msPerDay = 86_400_000

interface ZoneClock {
  readonly format: Intl.DateTimeFormat
  /** The last answer, since messages come many to a minute and formatting one costs microseconds. */
  epochMinute: number
  local: LocalTime
}

const clocks = new Map<string, ZoneClock>()

/** What the clocks of an IANA zone show at a moment. Pure: zones are data, the moment is given. */
export function localTime(timeZone: string, at: Millis): LocalTime {
  const clock = clockOf(timeZone)
  const epochMinute = Math.floor(at / msPerMinute)
  if (clock.epochMinute !== epochMinute) {
    clock.epochMinute = epochMinute
    clock.local = shownBy(clock.format, epochMinute * msPerMinute)
  }
  return clock.local
}

export function isTimeZone(name: string): boolean {
  try {
    clockOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The day that a date such as `2026-12-24` is; null when there is no such date. */
export function dayOfDate(date: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const number = dayOf(Number(year), Number(month), Number(day))
  return dateOfDay(number) === date ? number : null
}

export function dateOfDay(day: number): string {
  const parts = partsOf(utc, day * msPerDay)
  return `${String(parts.year).padStart(4, '0')}-${pad(parts.month)}-${pad(parts.day)}`
}

/** 0 is Sunday: the first day of 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

function clockOf(timeZone: string): ZoneClock {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    clock = { format: formatOf(timeZone), epochMinute: Number.NaN, local: { day: 0, minute: 0 } }
    clocks.set(timeZone, clock)
  }
  return clock
}

const formatOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })

const utc = formatOf('UTC')

function shownBy(format: Intl.DateTimeFormat, at: Millis): LocalTime {
  const { year, month, day, hour, minute } = partsOf(format, at)
  return { day: dayOf(year, month, day), minute: hour * 60 + minute }
}

function partsOf(format: Intl.DateTimeFormat, at: Millis) {
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0 }
  for (const { type, value } of format.formatToParts(at)) {
    if (type in parts) parts[type as keyof typeof parts] = Number(value)
  }
  return parts
}

const dayOf = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / msPerDay
const pad = (value: number): string => String(value).padStart(2, '0')
