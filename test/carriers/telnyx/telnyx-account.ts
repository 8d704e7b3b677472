import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { CarrierAccount, WebhookRequest } from '../../../module/app/ports/carriers.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'

export const apiKey = 'KEY0123-test'
export const numbers = ['+16313808000', '+16313808001']

/** An Ed25519 key out of 32 bytes, so that every run has the same. */
function keyOf(byte: number): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([prefix, Buffer.alloc(32, byte)])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

export const signingKey = keyOf(1)
export const previousKey = keyOf(2)
export const strangersKey = keyOf(3)

/** The 32 bytes of the public half, as Telnyx's portal shows them. */
export const publicKeyOf = (key: KeyObject): string =>
  Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url').toString('base64')

/** An account as the store would give it, some of it replaced. */
export const telnyxAccount = (change: Partial<CarrierAccount> = {}): CarrierAccount => ({
  id: asCarrierId('telnyx'),
  kind: 'telnyx',
  name: 'Telnyx',
  enabled: true,
  settings: { publicKey: publicKeyOf(signingKey), previousPublicKey: publicKeyOf(previousKey), numbers },
  secrets: { apiKey },
  ...change,
})

/** A call as Telnyx makes it. */
export function telnyxCall(
  body: Uint8Array,
  { key = signingKey, signedAt = 1_700_000_000_000 }: { key?: KeyObject; signedAt?: number } = {},
): WebhookRequest {
  const timestamp = String(Math.floor(signedAt / 1000))
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), body])
  return {
    method: 'POST',
    url: 'https://pbx.example.com/parley/webhooks/telnyx',
    headers: {
      'content-type': 'application/json',
      'telnyx-timestamp': timestamp,
      'telnyx-signature-ed25519': sign(null, signed, key).toString('base64'),
    },
    body,
    receivedAt: 1_700_000_000_000,
  }
}

/** `message.received`, some of its payload replaced. */
export const receivedEvent = (payload: object = {}): object => ({
  data: {
    record_type: 'event',
    id: 'bf6307bd-884d-4c1f-b6ea-c62b8c495d3c',
    event_type: 'message.received',
    occurred_at: '2019-01-23T18:10:02.574Z',
    payload: {
      record_type: 'message',
      direction: 'inbound',
      id: '7ee4241c-f127-47e5-9c34-3aac291f8058',
      type: 'SMS',
      from: { phone_number: '+19542788086', carrier: 'T-MOBILE USA, INC.', line_type: 'Wireless' },
      to: [{ phone_number: '+16313808000', status: 'webhook_delivered', carrier: 'TELNYX LLC' }],
      cc: [],
      text: 'Hello, World!',
      media: [],
      encoding: 'GSM-7',
      parts: 1,
      received_at: '2019-01-23T18:10:01.234+00:00',
      errors: [],
      ...payload,
    },
  },
  meta: { attempt: 1, delivered_to: 'https://pbx.example.com/parley/webhooks/telnyx' },
})

/** `message.finalized`, some of its payload replaced. */
export const finalizedEvent = (payload: object = {}, eventType = 'message.finalized'): object => ({
  data: {
    record_type: 'event',
    id: '86f58db9-0fe3-4adc-9d1f-46e66e6e9323',
    event_type: eventType,
    occurred_at: '2019-01-23T18:10:03.574Z',
    payload: {
      record_type: 'message',
      direction: 'outbound',
      id: '40385f64-5717-4562-b3fc-2c963f66afa6',
      type: 'SMS',
      from: { phone_number: '+16313808000' },
      to: [{ phone_number: '+19542788086', status: 'delivered' }],
      text: 'Yes',
      webhook_url:
        'https://pbx.example.com/parley/webhooks/telnyx/status?message=0190b2f0-0000-7000-8000-000000000001',
      errors: [],
      ...payload,
    },
  },
  meta: { attempt: 1 },
})
