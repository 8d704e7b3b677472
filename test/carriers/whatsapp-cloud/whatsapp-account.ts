import { createHmac } from 'node:crypto'
import type { CarrierAccount, WebhookRequest } from '../../../module/app/ports/carriers.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'

export const wabaId = '102290129340398'
export const phoneNumberId = '106540352242922'
export const secondNumberId = '106540352242923'
export const accessToken = 'EAAJB-access-token'
export const appSecret = '0123456789abcdef0123456789abcdef'
export const previousAppSecret = 'fedcba9876543210fedcba9876543210'
export const verifyToken = 'our-own-word'

/** An account as the store would give it, some of it replaced. */
export const whatsAppAccount = (change: Partial<CarrierAccount> = {}): CarrierAccount => ({
  id: asCarrierId('whatsapp'),
  kind: 'whatsapp-cloud',
  name: 'WhatsApp',
  enabled: true,
  settings: {
    wabaId,
    phoneNumbers: [
      { id: phoneNumberId, number: '+15550783881' },
      { id: secondNumberId, number: '+15550783882' },
    ],
  },
  secrets: { accessToken, appSecret, previousAppSecret, verifyToken },
  ...change,
})

/** JSON as Meta writes it: what is not ASCII is escaped, slashes too. */
export const metaJson = (value: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(value)
      .replaceAll('/', '\\/')
      .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

/** A change of the field `messages`, for the first of the account's numbers. */
export const change = (value: object, id = phoneNumberId): object => ({
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550783881', phone_number_id: id },
    ...value,
  },
  field: 'messages',
})

export const envelope = (...changes: readonly object[]): object => ({
  object: 'whatsapp_business_account',
  entry: [{ id: wabaId, changes }],
})

export const contact = { profile: { name: 'Sheena Nelson' }, wa_id: '16505551234' }

export const textMessage = (id: string, body: string): object => ({
  from: '16505551234',
  id,
  timestamp: '1749416383',
  type: 'text',
  text: { body },
})

/** A call as Meta makes it. */
export function metaCall(body: Uint8Array, secret = appSecret): WebhookRequest {
  return {
    method: 'POST',
    url: 'https://pbx.example.com/parley/webhooks/whatsapp',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
    receivedAt: 1_700_000_000_000,
  }
}
