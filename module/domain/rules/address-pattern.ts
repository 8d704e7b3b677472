import { type Address, sameAddress } from '../message/address.ts'

/** What counts in digits: numbers are written in E.164 with their plus, short codes as they are. */
export type DigitsKind = 'number' | 'short-code'

/** Every address from one to another; both ends have the same length, so that text order is the order of numbers. */
export interface AddressRange {
  readonly kind: 'range'
  readonly of: DigitsKind
  readonly from: string
  readonly to: string
}

/** Digits of which some may be any: `+1954*******`. */
export interface DigitMask {
  readonly kind: 'mask'
  readonly of: DigitsKind
  readonly digits: string
}

/** A set of addresses: one, a range, or all that fit a mask. */
export type AddressPattern = Address | AddressRange | DigitMask

const isOneAddress = (pattern: AddressPattern): pattern is Address =>
  pattern.kind !== 'range' && pattern.kind !== 'mask'

export function patternMatches(pattern: AddressPattern, address: Address): boolean {
  switch (pattern.kind) {
    case 'range':
      return address.kind === pattern.of && isWithin(address.value, pattern)
    case 'mask':
      return address.kind === pattern.of && fits(address.value, pattern.digits)
    default:
      return sameAddress(pattern, address)
  }
}

/** Whether `wide` takes everything that `narrow` takes. */
export function patternCovers(wide: AddressPattern, narrow: AddressPattern): boolean {
  if (isOneAddress(narrow)) return patternMatches(wide, narrow)
  if (isOneAddress(wide) || wide.of !== narrow.of) return false
  if (wide.kind === 'range') {
    const [first, last] = narrow.kind === 'range' ? [narrow.from, narrow.to] : endsOf(narrow.digits)
    return isWithin(first, wide) && isWithin(last, wide)
  }
  if (narrow.kind === 'mask') {
    return (
      wide.digits.length === narrow.digits.length &&
      [...wide.digits].every((digit, place) => digit === '*' || digit === narrow.digits[place])
    )
  }
  return maskCoversRange(wide.digits, narrow)
}

/** Whether some address fits both. */
export function patternsMeet(a: AddressPattern, b: AddressPattern): boolean {
  if (isOneAddress(a)) return patternMatches(b, a)
  if (isOneAddress(b)) return patternMatches(a, b)
  if (a.of !== b.of) return false
  if (a.kind === 'range')
    return b.kind === 'range' ? rangesMeet(a, b) : firstFit(b.digits, a.from, a.to) !== null
  if (b.kind === 'range') return firstFit(a.digits, b.from, b.to) !== null
  return (
    a.digits.length === b.digits.length &&
    [...a.digits].every((digit, place) => {
      const other = b.digits[place]
      return digit === '*' || other === '*' || digit === other
    })
  )
}

/** As people read it, and as `parseDids` and `parseSenderMask` read it back. */
export function patternText(pattern: AddressPattern): string {
  if (pattern.kind === 'range') return `${pattern.from}-${pattern.to}`
  if (pattern.kind === 'mask') return pattern.digits
  return pattern.kind === 'whatsapp-user' ? `whatsapp-user:${pattern.value}` : pattern.value
}

const isWithin = (value: string, { from, to }: Pick<AddressRange, 'from' | 'to'>): boolean =>
  value.length === from.length && value >= from && value <= to

const rangesMeet = (a: AddressRange, b: AddressRange): boolean =>
  a.from.length === b.from.length && a.from <= b.to && b.from <= a.to

function fits(value: string, mask: string): boolean {
  if (value.length !== mask.length) return false
  for (let place = 0; place < mask.length; place++) {
    const wanted = mask.charCodeAt(place)
    if (wanted !== anyDigit && wanted !== value.charCodeAt(place)) return false
  }
  return true
}

const anyDigit = '*'.charCodeAt(0)

const endsOf = (mask: string): readonly [string, string] => [
  mask.replaceAll('*', '0'),
  mask.replaceAll('*', '9'),
]

/** Up to where both ends agree the mask must too; from there on a range runs through at least 9 and 0. */
function maskCoversRange(mask: string, { from, to }: AddressRange): boolean {
  if (mask.length !== from.length) return false
  let differs = false
  for (let place = 0; place < mask.length; place++) {
    differs ||= from[place] !== to[place]
    if (mask[place] !== '*' && (differs || mask[place] !== from[place])) return false
  }
  return true
}

/** The lowest value that fits the mask and is not below `from`; null when that lies above `to`. */
function firstFit(mask: string, from: string, to: string): string | null {
  if (mask.length !== from.length) return null
  const lowest = fillFrom(mask, from, 0)
  return lowest !== null && lowest <= to ? lowest : null
}

/** As `from` until here; what stands behind may be anything as soon as one digit is higher. */
function fillFrom(mask: string, from: string, place: number): string | null {
  const wanted = mask[place]
  const given = from[place]
  if (wanted === undefined || given === undefined) return ''
  const rest = mask.slice(place + 1).replaceAll('*', '0')
  if (wanted !== '*' && wanted !== given) return wanted > given ? wanted + rest : null
  const same = fillFrom(mask, from, place + 1)
  if (same !== null) return given + same
  return wanted === '*' && given < '9' ? String(Number(given) + 1) + rest : null
}
