/** Times as a person reads them, in the browser's own language and zone. `now` comes in, so that tests can say when. */
const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' })
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'long' })
const fullDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

export const timeOfDay = (at: string): string => time.format(new Date(at))
export const fullTime = (at: string): string => full.format(new Date(at))

/** `Today`, `Yesterday`, `Monday`, `Tue, 3 March`, `3 March 2025` */
export function dayWords(at: string, now: Date): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return weekday.format(date)
  return date.getFullYear() === now.getFullYear() ? dayOfYear.format(date) : fullDay.format(date)
}

/** Short enough for the edge of a row: `09:41`, `Tue`, `3 Mar`. */
export function rowTime(at: string, now: Date): string {
  const date = new Date(at)
  const days = daysBetween(date, now)
  if (days <= 0) return time.format(date)
  return days < 7 ? shortWeekday.format(date) : shortDay.format(date)
}

/** `1 min`, `25 min`, `3 h`, `2 days` */
export function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'under 1 min'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h`
  return `${Math.floor(hours / 24)} days`
}

function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000)
}
