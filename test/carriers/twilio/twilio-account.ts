import type { CarrierAccount } from '../../../module/app/ports/carriers.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'

export const accountSid = 'AC0123456789abcdef0123456789abcdef'
export const authToken = '12345'

/** An account as the store would give it, some of it replaced. */
export const twilioAccount = (change: Partial<CarrierAccount> = {}): CarrierAccount => ({
  id: asCarrierId('twilio-main'),
  kind: 'twilio',
  name: 'Twilio',
  enabled: true,
  settings: { accountSid },
  secrets: { authToken },
  ...change,
})
