import fc from 'fast-check'
import t from 'tap'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import type { Address } from '../../module/domain/message/address.ts'
import {
  type AddressPattern,
  patternCovers,
  patternMatches,
  patternsMeet,
  patternText,
} from '../../module/domain/rules/address-pattern.ts'
import { parseDids } from '../../module/domain/rules/did-pattern.ts'
import { routedDids } from '../../module/domain/rules/did-route.ts'
import { parseSenderMask, senderMaskText } from '../../module/domain/rules/sender-mask.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const german = createAddressReader({ homeCountry: 'DE' })

const number = (value: string): Address => ({ kind: 'number', value })
const code = (value: string): Address => ({ kind: 'short-code', value })
const name = (value: string): Address => ({ kind: 'name', value })
const user = (value: string): Address => ({ kind: 'whatsapp-user', value })

/** Either what the text means as patterns, or the position of its first mistake and a word of the sentence. */
function patternsOf(result: ReturnType<typeof parseDids> | ReturnType<typeof parseSenderMask>) {
  if (result.ok) return result.value === null ? 'everybody' : result.value.map(patternText).join(' | ')
  return `${result.problem.position}: ${result.problem.sentence}`
}

t.test('DIDs: one, a range, a list, however they are written', async (t) => {
  const cases: [string, string | RegExp][] = [
    ['16313808000', '+16313808000'],
    ['6313808000', '+16313808000'],
    ['+1 (631) 380-8000', '+16313808000'],
    ['631-380-8000', '+16313808000'],
    ['18005550199', '+18005550199'],
    ['70007', '70007'],
    ['+442079460000', '+442079460000'],
    ['ACME', 'ACME'],
    ['16313808000-16313808099', '+16313808000-+16313808099'],
    ['6313808000 - 6313808099', '+16313808000-+16313808099'],
    ['+16313808000..+16313808099', '+16313808000-+16313808099'],
    ['70000-70009', '70000-70009'],
    ['16313808000-16313808000', '+16313808000'],
    [
      '6313808000; 18005550199,70007\n +442079460000 ;',
      '+16313808000 | +18005550199 | 70007 | +442079460000',
    ],
    ['', /^0: Name at least one DID/],
    [' ; ', /^0: Name at least one DID/],
    ['16313808099-16313808000', /^12: “16313808000” is below/],
    ['6313808000; 12', /^12: “12” is no number/],
    ['6313808000; 99999999999999', /^12: “99999999999999” is no number/],
    ['100 - 99999', /^6: “100” and “99999” differ in length/],
    ['70000 - ACME', /^8: “ACME” is no number/],
    ['6313808000, 631380****', /^18: A DID takes no “\*”/],
  ]
  for (const [text, expected] of cases) {
    const got = patternsOf(parseDids(text, readAddress))
    if (typeof expected === 'string') t.equal(got, expected, text)
    else t.match(got, expected, text)
  }
})

t.test('sender masks: every form, and where a wrong one is wrong', async (t) => {
  const cases: [string, string | RegExp][] = [
    ['', 'everybody'],
    ['  ', 'everybody'],
    ['9542788086', '+19542788086'],
    ['100-200', '100-200'],
    ['+19540000000-+19549999999', '+19540000000-+19549999999'],
    ['1954*******', '+1954*******'],
    ['954*******', '+1954*******'],
    ['(954) ***-****', '+1954*******'],
    ['+1 954 *** ****', '+1954*******'],
    ['+44**********', '+44**********'],
    ['**********', '+1**********'],
    ['12***', '12***'],
    ['12345', '12345'],
    ['ACME', 'ACME'],
    ['Meier & Sohn', 'Meier & Sohn'],
    ['US.13491208655302741918', 'whatsapp-user:US.13491208655302741918'],
    ['whatsapp-user:anything', 'whatsapp-user:anything'],
    ['9542788086; 100-200;1954*******; ACME', '+19542788086 | 100-200 | +1954******* | ACME'],
    [';', /^0: Between/],
    ['ACME*', /^0: “A” can't stand beside/],
    ['9542788086; 19x4*******', /^14: “x” can't stand beside/],
    ['1+954*******', /^1: A plus stands only/],
    ['100-200; 1*', /^9: “1\*” is too short/],
    ['+1954***', /^0: “\+1954\*\*\*” has 7 digits/],
    ['1954*************', /^0: .* has 17 digits/],
    ['200-100', /^4: “100” is below “200”/],
    ['9542788086; 12', /^12: “12” is no number/],
  ]
  for (const [text, expected] of cases) {
    const got = patternsOf(parseSenderMask(text, readAddress))
    if (typeof expected === 'string') t.equal(got, expected, text)
    else t.match(got, expected, text)
  }
  t.equal(patternsOf(parseSenderMask('030 *******', german)), '+4930*******', 'a national zero is dropped')
})

t.test('masks take whom they say', async (t) => {
  const takes = (mask: string, sender: Address) => {
    const read = parseSenderMask(mask, readAddress)
    if (!read.ok) throw new Error(read.problem.sentence)
    return read.value === null || read.value.some((pattern) => patternMatches(pattern, sender))
  }
  const cases: [string, Address, boolean][] = [
    ['', name('ACME'), true],
    ['100-200', code('100'), true],
    ['100-200', code('200'), true],
    ['100-200', code('201'), false],
    ['100-200', code('1500'), false],
    ['100-200', number('+1150'), false],
    ['954*******', number('+19542788086'), true],
    ['954*******', number('+19552788086'), false],
    ['954*******', number('+195427880861'), false],
    ['12***', code('12345'), true],
    ['12***', number('+12345'), false],
    ['ACME', name('ACME'), true],
    ['ACME', name('acme'), false],
    ['US.13491208655302741918', user('US.13491208655302741918'), true],
    ['100-200; ACME', name('ACME'), true],
  ]
  for (const [mask, sender, expected] of cases)
    t.equal(takes(mask, sender), expected, `${mask} ${patternText(sender)}`)
})

const digits = (alphabet: string) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: 3, maxLength: 4 }).map((each) => each.join(''))
const anyPattern: fc.Arbitrary<AddressPattern> = fc.oneof(
  digits('0123456789').map(code),
  digits('0123*').map(
    (text): AddressPattern =>
      text.includes('*') ? { kind: 'mask', of: 'short-code', digits: text } : code(text),
  ),
  fc
    .tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }))
    .filter(([a, b]) => a !== b)
    .map(([a, b]): AddressPattern => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)].map((end) => String(end).padStart(3, '0'))
      return { kind: 'range', of: 'short-code', from: from ?? '', to: to ?? '' }
    }),
)
const everyCode = [3, 4].flatMap((length) =>
  Array.from({ length: 10 ** length }, (_, value) => code(String(value).padStart(length, '0'))),
)

t.test('covering and meeting agree with trying every short code', async (t) => {
  fc.assert(
    fc.property(anyPattern, anyPattern, (a, b) => {
      const ofA = everyCode.filter((each) => patternMatches(a, each))
      const ofB = everyCode.filter((each) => patternMatches(b, each))
      return (
        patternsMeet(a, b) === ofA.some((each) => ofB.includes(each)) &&
        patternsMeet(b, a) === patternsMeet(a, b) &&
        patternCovers(a, b) === ofB.every((each) => ofA.includes(each))
      )
    }),
    { numRuns: 150 },
  )
  t.pass('no counterexample')
})

t.test('a mask as text reads back as itself', async (t) => {
  fc.assert(
    fc.property(fc.array(anyPattern, { minLength: 1, maxLength: 4 }), (mask) => {
      const again = parseSenderMask(senderMaskText(mask), readAddress)
      return again.ok && senderMaskText(again.value) === senderMaskText(mask)
    }),
  )
  t.pass('no counterexample')
})

t.test('a DID is known by a route of the PBX, patterns included', async (t) => {
  const isRouted = routedDids(
    ['16313808000', '_1631381XXXX', '_63138[2-3]NXXX', '_800!', '70007'],
    readAddress,
  )
  for (const known of ['+16313808000', '+16313815555', '+16313822123', '+18005550199']) {
    t.ok(isRouted(number(known)), known)
  }
  t.ok(isRouted(code('70007')))
  t.ok(isRouted({ kind: 'range', of: 'number', from: '+16313810000', to: '+16313819999' }))
  for (const unknown of ['+16314808001', '+19542788086']) t.notOk(isRouted(number(unknown)), unknown)
  t.notOk(isRouted(code('70008')))
})
