import type { Log } from '../app/ports/ambient.ts'
import type { AddressReader, Carrier, CarrierAccount } from '../app/ports/carriers.ts'
import type { SipMessenger } from '../app/ports/pbx.ts'
import { CarrierSettingsError } from './account-settings.ts'
import { createBandwidthCarrier } from './bandwidth/bandwidth-carrier.ts'
import { createGenericCarrier } from './generic/generic-carrier.ts'
import { createSignalWireCarrier } from './signalwire/signalwire-carrier.ts'
import { createSipMessageCarrier } from './sip-message/sip-message-carrier.ts'
import { createTelnyxCarrier } from './telnyx/telnyx-carrier.ts'
import { createTwilioCarrier } from './twilio/twilio-carrier.ts'
import { createWhatsAppCloudCarrier } from './whatsapp-cloud/whatsapp-cloud-carrier.ts'

/** Every kind of carrier there is. A new one is a folder here, a line in this list and one below. */
export const carrierKinds = [
  'twilio',
  'signalwire',
  'bandwidth',
  'generic',
  'whatsapp-cloud',
  'telnyx',
  'sip-message',
] as const
export type CarrierKind = (typeof carrierKinds)[number]

export interface CarrierDeps {
  readonly messenger: SipMessenger
  /** Scheme, host and base path under which carriers reach us; null when they can't. */
  readonly publicUrl: string | null
  readonly readAddress: AddressReader
  readonly log: Log
  /** Where a test or a lab keeps the API of every carrier; each carrier's own otherwise. */
  readonly apiBase?: string
}

/** Puts an account to work. Throws `CarrierSettingsError`, whose message names what is wrong and where. */
export function createCarrier(account: CarrierAccount, deps: CarrierDeps): Carrier {
  if (!isCarrierKind(account.kind)) {
    throw new CarrierSettingsError(account, 'kind', `must be one of: ${carrierKinds.join(', ')}.`)
  }
  return builders[account.kind](account, deps)
}

const builders: Record<CarrierKind, (account: CarrierAccount, deps: CarrierDeps) => Carrier> = {
  twilio: createTwilioCarrier,
  signalwire: createSignalWireCarrier,
  bandwidth: createBandwidthCarrier,
  generic: createGenericCarrier,
  'whatsapp-cloud': createWhatsAppCloudCarrier,
  telnyx: createTelnyxCarrier,
  'sip-message': createSipMessageCarrier,
}

const isCarrierKind = (kind: string): kind is CarrierKind => carrierKinds.some((known) => known === kind)
