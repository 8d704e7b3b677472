import { english, type Words } from './english.ts'
import { german } from './german.ts'

const languages: Readonly<Record<string, Words>> = { en: english, de: german }

let tag = 'en'
let locale: string | undefined

/** What the panel says, in the language of the page. */
export const words = (): Words => languages[tag] ?? english

/** The language of `words()`: `en`. */
export const language = (): string => tag

/** For dates and numbers: the reader's own way of writing them, where it is one of the panel's language. */
export const formatLocale = (): string | undefined => locale

/** Takes the first of these languages that there are words in (`de-AT` is German), English when there is none. */
export function useLanguages(wanted: readonly string[]): void {
  const found = wanted.map(wellFormed).find((each) => each !== null && languages[primary(each)] !== undefined)
  tag = found == null ? 'en' : primary(found)
  locale = found ?? 'en'
}

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
