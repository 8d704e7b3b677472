import type { CarrierAccount } from '../../../module/app/ports/carriers.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'

export const projectId = 'b08dacad-2f6d-4ec7-9ff1-4a5b0d8b9a10'

/** An account as the store would give it, some of it replaced. */
export const signalWireAccount = (change: Partial<CarrierAccount> = {}): CarrierAccount => ({
  id: asCarrierId('signalwire-main'),
  kind: 'signalwire',
  name: 'SignalWire',
  enabled: true,
  settings: { space: 'example.signalwire.com', projectId },
  secrets: { apiToken: 'PTtoken', signingKey: 'PSKkey', previousSigningKey: 'PSKbefore' },
  ...change,
})
