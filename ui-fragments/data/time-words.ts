import { formatLocale, words } from './words/words.ts'

/** Times as a person reads them, in his own language and zone. `now` comes in, so that tests can say when. */
const styles = {
  time: { hour: 'numeric', minute: '2-digit' },
  weekday: { weekday: 'long' },
  dayOfYear: { weekday: 'short', day: 'numeric', month: 'long' },
  fullDay: { day: 'numeric', month: 'long', year: 'numeric' },
  shortDay: { day: 'numeric', month: 'short' },
  shortWeekday: { weekday: 'short' },
  full: { dateStyle: 'full', timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

/** Making a format costs more than a thousand uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function write(style: keyof typeof styles, at: string | Date): string {
  const key = `${formatLocale()} ${style}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(formatLocale(), styles[style])
    formats.set(key, format)
  }
  return format.format(new Date(at))
}

export const timeOfDay = (at: string): string => write('time', at)
export const fullTime = (at: string): string => write('full', at)

/** `Today`, `Yesterday`, `Monday`, `Tue, 3 March`, `3 March 2025` */
export function dayWords(at: string, now: Date): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days <= 0) return words().today
  if (days === 1) return words().yesterday
  if (days < 7) return write('weekday', date)
  return date.getFullYear() === now.getFullYear() ? write('dayOfYear', date) : write('fullDay', date)
}

/** Short enough for the edge of a row: `09:41`, `Tue`, `3 Mar`. */
export function rowTime(at: string, now: Date): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days <= 0) return write('time', date)
  return days < 7 ? write('shortWeekday', date) : write('shortDay', date)
}

/** `1 min`, `25 min`, `3 h`, `2 days` */
export function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return words().underAMinute
  if (minutes < 60) return words().minutes(minutes)
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return words().hours(hours)
  return words().days(Math.floor(hours / 24))
}

function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000)
}
