import type { Address } from '../message/address.ts'
import { type AddressPattern, patternMatches, patternsMeet } from './address-pattern.ts'

/**
 * Whether one of the PBX's inbound routes is for a DID of a pattern. Routes are written as dialplan extensions:
 * `16313808000`, or `_1631380XXXX`, whose X is any digit, Z one from 1, N one from 2, `.` and `!` any rest.
 */
export function routedDids(
  routes: readonly string[],
  readAddress: (raw: string) => Address,
): (did: AddressPattern) => boolean {
  const plain = routes.filter((route) => !route.startsWith('_')).map(readAddress)
  const dialled = routes.filter((route) => route.startsWith('_')).map((route) => dialplanMask(route.slice(1)))
  return (did) =>
    plain.some((route) => patternMatches(did, route)) || dialled.some((route) => meetsRoute(did, route))
}

/** A dialplan pattern read generously, so that no route is missed: every open place is any digit. */
interface DialplanMask {
  readonly digits: string
  /** Ends in `.` or `!`: whatever follows. */
  readonly open: boolean
}

function dialplanMask(pattern: string): DialplanMask {
  const open = /[.!]$/.test(pattern)
  const digits = pattern
    .replace(/[.!]$/, '')
    .replace(/[- ]/g, (sign, at: number) => (insideBrackets(pattern, at) ? sign : ''))
    .replace(/\[[^\]]*\]/g, '*')
    .replace(/[XZN]/gi, '*')
    .replace(/^\+/, '')
  return { digits, open }
}

const insideBrackets = (pattern: string, at: number): boolean =>
  pattern.lastIndexOf('[', at) > pattern.lastIndexOf(']', at)

/** Trunks hand over national numbers as well as full ones, so a route may lack the first digits of the number. */
function meetsRoute(did: AddressPattern, { digits, open }: DialplanMask): boolean {
  const of = did.kind === 'range' || did.kind === 'mask' ? did.of : did.kind
  if (of !== 'number' && of !== 'short-code') return false
  const length =
    did.kind === 'range' ? did.from.length : did.kind === 'mask' ? did.digits.length : did.value.length
  const whole = of === 'number' ? length - 1 : length
  const longestPrefix = of === 'number' ? 3 : 0
  for (let lacking = 0; lacking <= longestPrefix; lacking++) {
    const rest = whole - lacking
    if (open ? digits.length > rest : digits.length !== rest) continue
    const mask = '*'.repeat(lacking) + digits + '*'.repeat(rest - digits.length)
    if (patternsMeet(did, { kind: 'mask', of, digits: of === 'number' ? `+${mask}` : mask })) return true
  }
  return false
}
