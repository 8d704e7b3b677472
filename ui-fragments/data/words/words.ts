import { english, type Words } from './english.ts'

/** Shared by all scripts of a page: a panel may come in several. */
interface Speech {
  tag: string
  locale: string | undefined
  readonly languages: Record<string, Words>
}

const page = globalThis as { parleySpeech?: Speech }
page.parleySpeech ??= { tag: 'en', locale: undefined, languages: {} }
const speech = page.parleySpeech
speech.languages.en ??= english

/** Those that there are words in; all but English come with the panel's second script. */
export const offeredLanguages = ['en', 'de'] as const

export function addLanguage(tag: (typeof offeredLanguages)[number], said: Words): void {
  speech.languages[tag] = said
}

/** What the panel says, in the language of the page. */
export const words = (): Words => speech.languages[speech.tag] ?? english

/** The language of `words()`: `en`. */
export const language = (): string => speech.tag

/** For dates and numbers: the reader's own way of writing them, where it is one of the panel's language. */
export const formatLocale = (): string | undefined => speech.locale

/** Takes the first of these languages that there are words in (`de-AT` is German), English when there is none. */
export function useLanguages(wanted: readonly string[]): void {
  const found = firstOf(wanted, Object.keys(speech.languages))
  speech.tag = found === null ? 'en' : primary(found)
  speech.locale = found ?? 'en'
}

/** Whether a language that would be taken before the spoken one is offered, and not here yet. */
export function awaitsLanguage(wanted: readonly string[]): boolean {
  const found = firstOf(wanted, offeredLanguages)
  return found !== null && speech.languages[primary(found)] === undefined
}

const firstOf = (wanted: readonly string[], tags: readonly string[]): string | null =>
  wanted.map(wellFormed).find((each) => each !== null && tags.includes(primary(each))) ?? null

/** Browsers started by a service say things like `en-US@posix`, which no format takes. */
function wellFormed(wanted: string): string | null {
  try {
    return Intl.getCanonicalLocales(wanted.split('@')[0])[0] ?? null
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

const primary = (wanted: string): string => wanted.split('-')[0] ?? ''
