import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Address } from '../../domain/message/address.ts'

/** A user without a number: country, `ENT` where several portfolios share him, digits or letters. */
const userId = /^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{3,128}$/

/** A sender as Meta writes him: digits without a plus, else a business-scoped user id. The number is preferred. */
export function readWhatsAppSender(
  number: string | null,
  user: string | null,
  readAddress: AddressReader,
): Address | null {
  if (number !== null && /^\d{3,20}$/.test(number)) return readAddress(`+${number}`)
  const id = [user, number].find((candidate) => candidate !== null && userId.test(candidate))
  return id == null ? null : { kind: 'whatsapp-user', value: id }
}

/** How a recipient stands in a request; null for one that WhatsApp can't reach. `to` and `recipient` exclude each other. */
export function writeWhatsAppRecipient(
  address: Address,
): { readonly to: string } | { readonly recipient: string } | null {
  switch (address.kind) {
    case 'number':
      return /^\+\d{7,15}$/.test(address.value) ? { to: address.value.slice(1) } : null
    case 'whatsapp-user':
      return userId.test(address.value) ? { recipient: address.value } : null
    case 'short-code':
    case 'name':
      return null
    default:
      return address satisfies never
  }
}
