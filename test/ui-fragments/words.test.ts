import t from 'tap'
import { dayWords, durationWords, timeOfDay } from '../../ui-fragments/data/time-words.ts'
import { english } from '../../ui-fragments/data/words/english.ts'
import { german } from '../../ui-fragments/data/words/german.ts'
import {
  addLanguage,
  awaitsLanguage,
  formatLocale,
  language,
  useLanguages,
  words,
} from '../../ui-fragments/data/words/words.ts'

t.afterEach(() => useLanguages(['en']))

t.test('a language that is not here yet is waited for', async (t) => {
  t.equal(awaitsLanguage(['de-AT', 'en']), true)
  t.equal(awaitsLanguage(['en', 'de']), false)
  t.equal(awaitsLanguage(['fr']), false)
  addLanguage('de', german)
  t.equal(awaitsLanguage(['de-AT', 'en']), false)
})

t.test('the first language that there are words in is spoken', async (t) => {
  const cases: ReadonlyArray<readonly [readonly string[], string, string]> = [
    [['de-AT', 'en'], 'de', 'de-AT'],
    [['fr-FR', 'de'], 'de', 'de'],
    [['fr-FR'], 'en', 'en'],
    [[], 'en', 'en'],
    [['en-US@posix'], 'en', 'en-US'],
    [['C', '*', 'not a language', 'EN-gb'], 'en', 'en-GB'],
    [['constructor', '__proto__', 'toString'], 'en', 'en'],
  ]
  for (const [wanted, spoken, format] of cases) {
    useLanguages(wanted)
    t.same([language(), formatLocale()], [spoken, format], wanted.join(', '))
  }
})

t.test('times follow the reader’s own way of writing them', async (t) => {
  const at = new Date(2026, 10, 22, 15, 5).toISOString()
  useLanguages(['de-DE'])
  t.equal(timeOfDay(at), '15:05')
  t.equal(dayWords(at, new Date(2026, 10, 23)), 'Gestern')
  t.equal(durationWords(3 * 86_400_000), '3 Tage')
  useLanguages(['en-US'])
  t.match(timeOfDay(at), /^3:05.PM$/)
  t.equal(dayWords(at, new Date(2026, 10, 23)), 'Yesterday')
})

const sameInBoth = new Set(['contactName', 'emoji'])

t.test('a translation says everything in its own words', async (t) => {
  const same = Object.entries(english).filter(
    ([key, said]) =>
      !sameInBoth.has(key) && typeof said === 'string' && german[key as keyof typeof german] === said,
  )
  t.same(same, [], 'nothing was left in English')
  t.equal(words().send, 'Send')
})
