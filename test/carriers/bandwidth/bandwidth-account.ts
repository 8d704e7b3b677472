import type { CarrierAccount } from '../../../module/app/ports/carriers.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'

export const applicationId = '93de2206-9669-4e07-948d-329f4b722ee2'

/** An account as the store would give it, some of it replaced. */
export const bandwidthAccount = (change: Partial<CarrierAccount> = {}): CarrierAccount => ({
  id: asCarrierId('bandwidth-main'),
  kind: 'bandwidth',
  name: 'Bandwidth',
  enabled: true,
  settings: { accountId: '5500001', applicationId },
  secrets: {
    user: 'api',
    password: 'api-password',
    webhookUser: 'hook',
    webhookPassword: 'hook-password',
  },
  ...change,
})
