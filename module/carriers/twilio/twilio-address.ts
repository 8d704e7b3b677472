import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Address } from '../../domain/message/address.ts'
import type { Channel } from '../../domain/message/message.ts'

export interface TwilioAddress {
  readonly channel: Extract<Channel, 'sms' | 'whatsapp'>
  readonly address: Address
}

const whatsappPrefix = 'whatsapp:'
/** Twilio's way to write other channels: `messenger:…`, `rcs:…`. */
const channelPrefix = /^[a-z]{2,20}:/
/** A WhatsApp user without a number: country, dot, digits (`IN.2081978709342942`). */
const whatsappUser = /^[A-Z]{2}\.[0-9A-Za-z]{3,128}$/

/** Reads `From` or `To`; null for a channel that Parley does not speak. */
export function readTwilioAddress(raw: string, readAddress: AddressReader): TwilioAddress | null {
  if (!raw.startsWith(whatsappPrefix)) {
    return channelPrefix.test(raw) ? null : { channel: 'sms', address: readAddress(raw) }
  }
  const rest = raw.slice(whatsappPrefix.length).trim()
  const address: Address = whatsappUser.test(rest)
    ? { kind: 'whatsapp-user', value: rest }
    : readAddress(rest)
  return { channel: 'whatsapp', address }
}

const sendable: Record<Address['kind'], RegExp> = {
  number: /^\+\d{7,15}$/,
  'short-code': /^\d{3,8}$/,
  'whatsapp-user': whatsappUser,
  // Alphanumeric sender IDs: up to 11 letters, digits, spaces and + - _ &.
  name: /^[A-Za-z0-9 +\-_&]{1,11}$/,
}

/** Writes an address for the API; null when the channel can't carry it. */
export function writeTwilioAddress(address: Address, channel: Channel): string | null {
  if (!sendable[address.kind].test(address.value)) return null
  switch (channel) {
    case 'sms':
      return address.kind === 'whatsapp-user' ? null : address.value
    case 'whatsapp':
      return address.kind === 'number' || address.kind === 'whatsapp-user'
        ? whatsappPrefix + address.value
        : null
    case 'sip':
      return null
    default:
      return channel satisfies never
  }
}
