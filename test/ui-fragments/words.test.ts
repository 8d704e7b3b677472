import t from 'tap'
import { dayWords, durationWords, timeOfDay } from '../../ui-fragments/data/time-words.ts'
import { english } from '../../ui-fragments/data/words/english.ts'
import { german } from '../../ui-fragments/data/words/german.ts'
import { formatLocale, language, useLanguages, words } from '../../ui-fragments/data/words/words.ts'

t.afterEach(() => useLanguages(['en']))

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

t.test('a translation says everything in its own words', async (t) => {
  const same = Object.entries(english).filter(
    ([key, said]) => typeof said === 'string' && german[key as keyof typeof german] === said,
  )
  t.same(same, [], 'nothing was left in English')
  t.equal(words().send, 'Send')
})
