import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { AddressReader } from '../app/ports/carriers.ts'
import { type Address, isShortCode } from '../domain/message/address.ts'
import { displayName } from './display-name.ts'

export interface AddressReaderOptions {
  /** ISO 3166 code of the country whose national numbers are written without a prefix: `US`. */
  readonly homeCountry: string
}

/**
 * A number in full is believed as it is written: carriers hand over numbers that libphonenumber calls invalid
 * (WhatsApp's `+5215512345678`), and no message may be lost over that. It is also the hot path.
 */
const fullNumber = /^\+\d{8,15}$/
/** Digits, and what people and machines put between them. Letters, `*` and `#` make a name. */
const numberLike = /^\+?[\d\s().\-/\u2010-\u2015]+$/
const longestNumber = 40
/** What could not be read at all still needs a name, or it could not be shown. */
const nameless = 'unknown'
/** Rules and trunks bring the same few spellings again and again; parsing one costs 15 µs. */
const cacheSize = 4096

/**
 * Reads addresses as carriers, trunks and people write them. `6313808000`, `16313808000` and `+1 (631) 380-8000`
 * are one number; 3 to 8 digits are a short code and never a number; anything else is a name.
 * A channel's own prefix (`whatsapp:`) or URI (`sip:…@host`) is taken off before, by the carrier that knows it.
 */
export function createAddressReader({ homeCountry }: AddressReaderOptions): AddressReader {
  if (!isSupportedCountry(homeCountry)) {
    throw new Error(
      `The home country "${homeCountry}" is not known. Write its two-letter code, for example US.`,
    )
  }
  const known = new Map<string, Address>()
  return (raw) => {
    if (fullNumber.test(raw)) return { kind: 'number', value: raw }
    if (isShortCode(raw)) return { kind: 'short-code', value: raw }
    const seen = known.get(raw)
    if (seen !== undefined) return seen
    const address = readSlowly(raw, homeCountry)
    if (known.size >= cacheSize) known.clear()
    if (raw.length <= longestNumber) known.set(raw, address)
    return address
  }
}

function readSlowly(raw: string, homeCountry: CountryCode): Address {
  const text = raw.length <= longestNumber ? raw.normalize('NFKC').trim() : ''
  const digits = text.replace(/\D/g, '')
  if (digits !== '' && numberLike.test(text)) {
    if (text.startsWith('+')) {
      const value = internationalNumber(text, digits)
      if (value !== null) return { kind: 'number', value }
    } else {
      if (isShortCode(digits)) return { kind: 'short-code', value: digits }
      const value = bareNumber(text, digits, homeCountry)
      if (value !== null) return { kind: 'number', value }
    }
  }
  return { kind: 'name', value: displayName(raw) || nameless }
}

/** With a plus. `+44 (0)20 …` loses its zero; what libphonenumber doubts keeps its digits. */
function internationalNumber(text: string, digits: string): string | null {
  const parsed = parsePhoneNumberFromString(text, { extract: false })
  if (parsed?.isPossible()) return parsed.number
  return fullNumber.test(`+${digits}`) ? `+${digits}` : null
}

/** Without a plus: a national number if it is a valid one, else a foreign one in full, else a possible national one. */
function bareNumber(text: string, digits: string, homeCountry: CountryCode): string | null {
  const national = parsePhoneNumberFromString(text, { defaultCountry: homeCountry, extract: false })
  if (national?.isValid()) return national.number
  // Trunks write `44…` and `0044…` wherever they stand, whatever the home country dials before a foreign number.
  const foreign = parsePhoneNumberFromString(`+${digits.replace(/^00/, '')}`, { extract: false })
  if (foreign?.isValid()) return foreign.number
  return national?.isPossible() ? national.number : null
}
