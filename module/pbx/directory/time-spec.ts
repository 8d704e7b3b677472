/**
 * The time of a `GotoIfTime`: `09:00-17:00,mon-fri,*,*` with an optional time zone. It comes from the dialplan and
 * goes back to Asterisk inside a Getvar, where another function could be called: so not "nothing dangerous" is
 * asked for but exactly the grammar of such a time, without a bracket, a `$`, a `?` or a quote in it.
 */
const times = String.raw`\d{1,2}:\d{2}(?:-\d{1,2}:\d{2})?`
const named = (names: string) => `(?:${names})(?:-(?:${names}))?`
const weekdays = named('sun|mon|tue|wed|thu|fri|sat')
const days = String.raw`\d{1,2}(?:-\d{1,2})?`
const months = named('jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec')
const zone = '[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9][A-Za-z0-9_+-]{0,31}){0,2}'
const any = (one: string) => String.raw`(?:\*|${one}(?:&${one}){0,11})`

const grammar = new RegExp(`^${any(times)},${any(weekdays)},${any(days)},${any(months)}(?:,${zone})?$`, 'i')

/** The time in the form that IFTIME takes; null for anything that is not exactly a time. */
export function readTimeSpec(text: string): string | null {
  // Before Asterisk 1.6 the parts were kept apart by bars, and some generators still write them.
  const spec = text.replaceAll('|', ',').replaceAll(' ', '')
  return spec.length <= 300 && grammar.test(spec) ? spec : null
}
