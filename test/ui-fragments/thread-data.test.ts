import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import t from 'tap'
import { findEmoji } from '../../ui-fragments/data/emoji.ts'
import { mentionAsked, mentionsIn, withMention } from '../../ui-fragments/data/note-mentions.ts'
import { smsSegments } from '../../ui-fragments/data/sms-segments.ts'
import { textParts } from '../../ui-fragments/data/text-parts.ts'
import {
  mostRows,
  windowAround,
  windowAtEnd,
  windowDown,
  windowUp,
} from '../../ui-fragments/elements/row-window.ts'
import { ContractModel } from './contract-model.ts'

t.test('segments are counted as the carriers’ own package counts them', async (t) => {
  const sign = fc.constantFrom('a', 'é', '€', '[', '\n', 'ж', '🙂', '👩‍👩‍👧', 'Ω', ' ')
  fc.assert(
    fc.property(fc.array(sign, { minLength: 1, maxLength: 400 }), (signs) => {
      const text = signs.join('')
      const theirs = new SegmentedMessage(text)
      const ours = smsSegments(text)
      return ours.segments === theirs.segmentsCount && ours.unicode === (theirs.encodingName === 'UCS-2')
    }),
  )
  for (const length of [160, 161, 306, 307])
    t.equal(smsSegments('a'.repeat(length)).segments, new SegmentedMessage('a'.repeat(length)).segmentsCount)
})

t.test('what of a text is a link', async (t) => {
  const links = (text: string) => textParts(text).flatMap((part) => (part.kind === 'link' ? [part.text] : []))
  t.same(links('See https://a.example/x, or (http://b.example).'), [
    'https://a.example/x',
    'http://b.example',
  ])
  t.same(links('https://a.example/x_(1)'), ['https://a.example/x_(1)'])
  t.same(links('javascript:alert(1) ftp://a.example data:text/html,x https:// http://'), [])
  t.same(links('https://good.example@evil.example/'), [], 'no name in place of a host')
  t.same(
    links('https://a.example/\u202Egnp.exe'),
    ['https://a.example/'],
    'nothing that turns the writing around',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, search) => {
      const parts = textParts(`${text} https://a.example/${search} ${text}`, [], search)
      return parts.map((part) => part.text).join('') === `${text} https://a.example/${search} ${text}`
    }),
  )
})

t.test('mentions in a note', async (t) => {
  const { people } = new ContractModel()
  t.same(
    mentionAsked(people, 'Ask @b').map(({ name }) => name),
    ['Bob Brown'],
  )
  t.same(mentionAsked(people, 'write to a@b'), [], 'an e-mail address asks for nobody')
  t.same(withMention('Ask @bo now', 7, 'Bob Brown'), { text: 'Ask @Bob Brown  now', at: 15 })
  t.same([...mentionsIn(people, '@Bob Brown and @Alice Adams, please')].sort(), ['101', '102'])
  const namesakes = [...people, { ...people[0], extension: '109', name: 'Bob Brown Junior' }] as typeof people
  t.same(mentionsIn(namesakes, '@Bob Brown Junior'), ['109'], 'the longer name is meant')
})

t.test('emoji have signs and names', async (t) => {
  t.ok(findEmoji('').length > 140)
  t.ok(findEmoji('').every(({ sign, names }) => sign !== '' && names !== ''))
  t.same(
    findEmoji('schlüssel').map(({ sign }) => sign),
    findEmoji('key').map(({ sign }) => sign),
  )
})

t.test('the window of drawn rows never grows and never leaves the rows', async () => {
  const moves = fc.array(fc.constantFrom(windowUp, windowDown))
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(20_000), moves, (count, place, steps) => {
      const first = place < count ? windowAround(place, count) : windowAtEnd(count)
      const last = steps.reduce((held, move) => move(held, count), first)
      return last.start >= 0 && last.end <= count && last.end - last.start === Math.min(count, mostRows)
    }),
  )
})
