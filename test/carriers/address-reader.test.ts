import fc from 'fast-check'
import t from 'tap'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { displayName } from '../../module/carriers/display-name.ts'
import { type Address, addressKey, addressOfKey } from '../../module/domain/message/address.ts'

const read = createAddressReader({ homeCountry: 'US' })

t.test('spellings of an address', (t) => {
  const number = (value: string): Address => ({ kind: 'number', value })
  const shortCode = (value: string): Address => ({ kind: 'short-code', value })
  const name = (value: string): Address => ({ kind: 'name', value })
  const table: readonly (readonly [string, Address])[] = [
    // One DID, however a trunk, a route or a person writes it.
    ['6313808000', number('+16313808000')],
    ['16313808000', number('+16313808000')],
    ['+16313808000', number('+16313808000')],
    ['+1 (631) 380-8000', number('+16313808000')],
    ['(631) 380-8000', number('+16313808000')],
    ['631.380.8000', number('+16313808000')],
    ['+1 631‑380‑8000', number('+16313808000')],
    ['＋１６３１３８０８０００', number('+16313808000')],
    [' 6313808000 ', number('+16313808000')],
    // Foreign numbers without a plus, and with zeros that don't belong there.
    ['442071838750', number('+442071838750')],
    ['00442071838750', number('+442071838750')],
    ['011442071838750', number('+442071838750')],
    ['+44 (0)20 7183 8750', number('+442071838750')],
    // Kept although no numbering plan knows them: WhatsApp's Mexico, a country that does not exist, test numbers.
    ['+5215512345678', number('+5215512345678')],
    ['+999123456789', number('+999123456789')],
    ['5551234567', number('+15551234567')],
    ['+290 2 2222', number('+29022222')],
    ['+6834002', number('+6834002')],
    // Short codes are never numbers, though 12345678 would be one in Denmark.
    ['123', shortCode('123')],
    ['12345', shortCode('12345')],
    ['12345678', shortCode('12345678')],
    ['123-45', shortCode('12345')],
    // Names.
    ['12', name('12')],
    ['+12345', name('+12345')],
    ['ACME', name('ACME')],
    ['1-800-FLOWERS', name('1-800-FLOWERS')],
    ['*98', name('*98')],
    ['6313808000#', name('6313808000#')],
    ['sip:+16313808000@trunk', name('sip:+16313808000@trunk')],
    ['', name('unknown')],
    [' \r\n\t', name('unknown')],
    ['constructor', name('constructor')],
    ['__proto__', name('__proto__')],
    ['ACME\r\nEvent: Forged', name('ACME Event: Forged')],
    ['a\u0000b\u202Ec', name('a b c')],
    ['+1631380800\u00000', name('+1631380800 0')],
    ['99999999999999999999', name('99999999999999999999')],
    ['9'.repeat(100_000), name('9'.repeat(64))],
    [`+${'1'.repeat(16)}`, name(`+${'1'.repeat(16)}`)],
    ['\ud83d', name('unknown')],
  ]
  for (const [raw, expected] of table) {
    t.same(read(raw), expected, JSON.stringify(raw.slice(0, 40)))
    t.same(read(raw), expected, 'and again, from memory')
  }
  t.end()
})

t.test('a Danish reader reads its own national numbers', (t) => {
  const danish = createAddressReader({ homeCountry: 'DK' })
  t.same(danish('32 12 34 56'), { kind: 'short-code', value: '32123456' }, 'eight digits stay a short code')
  t.same(danish('004532123456'), { kind: 'number', value: '+4532123456' })
  t.throws(() => createAddressReader({ homeCountry: 'ZZ' }), /two-letter code/)
  t.end()
})

t.test('whatever comes, the address is bounded, on one line, and survives being a key', (t) => {
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (raw) => {
    const address = read(raw)
    if (address.value === '' || [...address.value].length > 64) return false
    if (/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u.test(address.value)) return false
    const back = addressOfKey(addressKey(address))
    return back.kind === address.kind && back.value === address.value
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
  t.end()
})

t.test('a name keeps what a name needs', (t) => {
  t.equal(displayName('Zoë  O’Neill'), 'Zoë O’Neill')
  t.equal(displayName('می\u200cخواهم'), 'می\u200cخواهم')
  t.equal(displayName('👩\u200d👩\u200d👧'), '👩\u200d👩\u200d👧')
  t.equal(displayName('x'.repeat(1000)).length, 64)
  t.equal([...displayName('😀'.repeat(100))].length, 64)
  t.end()
})

t.test('a number in full costs less than 5 µs, remembered or not', (t) => {
  const numbers = Array.from({ length: 20_000 }, (_, index) => `+1631${String(2_000_000 + index)}`)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint()
    for (const raw of numbers) read(raw)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / numbers.length / 1000)
  }
  t.comment(`${best.toFixed(3)} µs a number`)
  t.ok(best < 5)
  t.end()
})
