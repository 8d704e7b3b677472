import type { CarrierAccount } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createGenericCarrier, type GenericDeps } from '../../../module/carriers/generic/generic-carrier.ts'
import type { CarrierDescription } from '../../../module/carriers/generic/generic-schema.ts'
import { asCarrierId, asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'

export const publicUrl = 'https://pbx.example.com/parley'
export const hook = `${publicUrl}/webhooks/own`
export const webhookSecret = 'a-secret-of-some-length'
export const previousWebhookSecret = 'the-secret-before-that-one'

export const genericAccount = (
  settings: Record<string, unknown>,
  secrets: Record<string, string> = {},
): CarrierAccount => ({
  id: asCarrierId('own'),
  kind: 'generic',
  name: 'Own',
  enabled: true,
  settings,
  secrets,
})

export function generic(
  settings: Record<string, unknown>,
  secrets: Record<string, string>,
  deps: Partial<GenericDeps> = {},
) {
  const carrier = createGenericCarrier(genericAccount(settings, secrets), {
    publicUrl,
    readAddress: createAddressReader({ homeCountry: 'US' }),
    deadlineMs: 400,
    ...deps,
  })
  return carrier
}

export const reply: OutboundMessage = {
  messageId: asMessageId('0190b2f0-0000-7000-8000-000000000001'),
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: { kind: 'number', value: '+16313808000' },
  to: { kind: 'number', value: '+19542788086' },
  content: { kind: 'text', text: 'Yes, 9–5 👋\nSee "you" & <bye>', media: [] },
}

export const photo = {
  url: 'https://pbx.example.com/parley/media/abc?sig=1&x=2',
  contentType: 'image/jpeg',
  fileName: 'a.jpg',
  byteLength: 1000,
}

/** Like Infobip: a list of messages in one call, and a signature over time and body. */
export const batchDescription: CarrierDescription = {
  webhook: {
    methods: ['POST'],
    body: 'json',
    authentication: {
      kind: 'hmac',
      header: 'X-Signature',
      algorithm: 'sha256',
      encoding: 'base64',
      prefix: 'v1=',
      signed: '{{header.x-timestamp}}.{{body}}',
      timestampHeader: 'X-Timestamp',
    },
    each: 'results.*',
    events: [
      {
        is: 'report',
        when: [{ at: 'status.groupName', exists: true }],
        id: 'messageId',
        ourId: 'callbackData',
        state: 'status.groupName',
        states: { PENDING: 'accepted', DELIVERED: 'delivered', UNDELIVERABLE: 'failed', REJECTED: 'failed' },
        code: 'error.id',
      },
      {
        is: 'message',
        id: 'messageId',
        from: '+{{from}}',
        to: 'to',
        text: 'text',
        senderName: 'contact.name',
        repliesTo: 'context.id',
        time: 'receivedAt',
        timeFormat: 'iso',
        media: { urls: ['files.*.url'], types: 'files.*.type', names: 'files.*.name' },
      },
    ],
    answer: { status: 204, contentType: 'text/plain', body: '' },
    unreadableAnswer: { status: 200, contentType: 'text/plain', body: 'not read' },
  },
  failures: { '5': { code: 'opted-out', sentence: 'The customer has opted out.' } },
}
