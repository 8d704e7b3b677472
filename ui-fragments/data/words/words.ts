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
  const found = wanted.find((each) => languages[primary(each)] !== undefined)
  tag = found === undefined ? 'en' : primary(found)
  locale = found ?? 'en'
}

const primary = (wanted: string): string => wanted.toLowerCase().split('-')[0] ?? ''
