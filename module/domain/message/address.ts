/**
 * Where a message comes from or goes to. A sender is not always a telephone number: short codes must never be
 * read as numbers, names cannot be answered, and WhatsApp may give a user id instead of a number.
 */
export type Address =
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'short-code'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'whatsapp-user'; readonly value: string }

/** An address as one string, unique across kinds: `+16313808000`, `short-code:12345`, `name:ACME`. */
export type AddressKey = string & { readonly __addressKey: true }

export function addressKey(address: Address): AddressKey {
  return (address.kind === 'number' ? address.value : `${address.kind}:${address.value}`) as AddressKey
}

export function addressOfKey(key: string): Address {
  if (key.startsWith('+')) return { kind: 'number', value: key }
  const colon = key.indexOf(':')
  const kind = key.slice(0, colon)
  if (kind === 'short-code' || kind === 'name' || kind === 'whatsapp-user')
    return { kind, value: key.slice(colon + 1) }
  throw new Error(`not an address key: ${key}`)
}

export const sameAddress = (a: Address, b: Address): boolean => a.kind === b.kind && a.value === b.value

/** Whether a reply can reach it at all. */
export const canBeAnswered = (address: Address): boolean => address.kind !== 'name'

/** Short codes are 3 to 8 digits without a plus, and are matched before anything is read as E.164. */
export const isShortCode = (raw: string): boolean => /^\d{3,8}$/.test(raw)
