import type { Address } from '../message/address.ts'
import { type AddressPattern, patternMatches } from './address-pattern.ts'
import type { SenderMask } from './sender-mask.ts'

export interface SenderExamples {
  readonly matches: readonly Address[]
  /** Near, and yet not taken by any part of the mask. */
  readonly misses: readonly Address[]
}

const most = 3

/** Senders that a mask takes and senders that it doesn't, to show what it means. Everybody misses nobody. */
export function senderExamples(mask: SenderMask): SenderExamples {
  if (mask === null) return { matches: [], misses: [] }
  const takes = (address: Address) => mask.some((pattern) => patternMatches(pattern, address))
  return {
    matches: distinct(mask.flatMap(inside)).filter(takes).slice(0, most),
    misses: distinct(mask.flatMap(beside))
      .filter((address) => !takes(address))
      .slice(0, most),
  }
}

function inside(pattern: AddressPattern): Address[] {
  if (pattern.kind === 'range') return [digits(pattern.of, pattern.from), digits(pattern.of, pattern.to)]
  if (pattern.kind === 'mask') return [digits(pattern.of, filled(pattern.digits))]
  return [pattern]
}

function beside(pattern: AddressPattern): Address[] {
  if (pattern.kind === 'range') {
    const next = withLastDigitChanged(pattern.to)
    return [digits(pattern.of, next), digits(pattern.of, withFirstDigitsChanged(pattern.from))]
  }
  if (pattern.kind === 'mask') return [digits(pattern.of, withFirstDigitsChanged(filled(pattern.digits)))]
  if (pattern.kind === 'number' || pattern.kind === 'short-code')
    return [{ kind: pattern.kind, value: withLastDigitChanged(pattern.value) }]
  return []
}

const digits = (kind: 'number' | 'short-code', value: string): Address => ({ kind, value })

/** Any digits will do for the open ones; 5550123 is nobody's number. */
function filled(mask: string): string {
  const open = [...mask].filter((sign) => sign === '*').length
  const filling = '5550123'.padStart(open, '2').slice(-Math.max(open, 1))
  let at = 0
  return mask.replace(/\*/g, () => filling[at++] ?? '0')
}

const another = (digit: string): string => String((Number(digit) + 1) % 10)

const withLastDigitChanged = (value: string): string => value.slice(0, -1) + another(value.slice(-1))

/** The last of the first four digits: in a number that is where its area is said. */
function withFirstDigitsChanged(value: string): string {
  const place = Math.min(value.startsWith('+') ? 4 : 2, value.length - 1)
  return value.slice(0, place) + another(value.charAt(place)) + value.slice(place + 1)
}

const distinct = (addresses: readonly Address[]): Address[] => [
  ...new Map(addresses.map((address) => [`${address.kind} ${address.value}`, address])).values(),
]
