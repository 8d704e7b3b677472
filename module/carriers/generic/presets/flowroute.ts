import type { CarrierDescription } from '../generic-schema.ts'

const address = 'https://api.flowroute.com/v2.1/messages'
const authentication = {
  kind: 'basic',
  user: '{{secret.accessKey}}',
  password: '{{secret.secretKey}}',
} as const
const headers = { 'content-type': 'application/vnd.api+json' }
const noNumber = 'This is not a number that can receive messages. Check the number.'

/**
 * Flowroute, messaging API v2.1. Its callbacks bear no signature, so that their URL has a secret:
 * `…/webhooks/<id>?key=<webhookSecret>`, set for SMS, MMS and delivery receipts. Whatever is not answered with a 2xx it
 * sends again, four times. Source: Flowroute's developer pages and its SDKs.
 */
export const flowroute: CarrierDescription = {
  channels: ['sms'],
  webhook: {
    methods: ['POST'],
    body: 'json',
    authentication: { kind: 'query', parameter: 'key' },
    events: [
      {
        is: 'report',
        when: [{ at: 'data.type', oneOf: ['delivery_receipt', 'deliveryreceipt', 'dlr'] }],
        id: 'data.id',
        ourId: '@query.message',
        state: 'data.attributes.status',
        states: {
          'message buffered': 'accepted',
          'smsc submit': 'sent',
          'smsc intermediate notifications': 'ignored',
          delivered: 'delivered',
          undeliverable: 'failed',
          'delivery failed': 'failed',
          'smsc reject': 'failed',
        },
        code: 'data.attributes.status_code',
      },
      {
        is: 'message',
        when: [{ at: 'data.attributes.direction', equals: 'inbound' }],
        id: 'data.id',
        from: 'data.attributes.from',
        to: 'data.attributes.to',
        text: 'data.attributes.body',
        media: {
          urls: ['included.*.attributes.url'],
          types: 'included.*.attributes.mime_type',
          names: 'included.*.attributes.file_name',
        },
        time: 'data.attributes.timestamp',
        timeFormat: 'iso',
      },
      {
        is: 'message',
        when: [
          { at: 'data.attributes.from', exists: true },
          { at: 'data.attributes.direction', exists: false },
        ],
        id: 'data.id',
        from: 'data.attributes.from',
        to: 'data.attributes.to',
        text: 'data.attributes.body',
        media: { urls: ['included.*.attributes.url'], types: 'included.*.attributes.mime_type' },
        time: 'data.attributes.timestamp',
        timeFormat: 'iso',
      },
    ],
    answer: { status: 200, contentType: 'text/plain', body: 'ok' },
  },
  sending: {
    numberFormat: 'digits',
    requests: [
      {
        carries: 'text',
        method: 'POST',
        url: address,
        headers,
        authentication,
        json: { from: '{{from}}', to: '{{to}}', body: '{{text}}', dlr_callback: '{{callback}}' },
        id: 'data.id',
      },
      {
        carries: 'files',
        method: 'POST',
        url: address,
        headers,
        authentication,
        json: {
          from: '{{from}}',
          to: '{{to}}',
          body: '{{text}}',
          is_mms: true,
          media_urls: '{{media}}',
          dlr_callback: '{{callback}}',
        },
        id: 'data.id',
      },
    ],
    code: 'errors.0.detail',
  },
  probe: {
    method: 'GET',
    url: 'https://api.flowroute.com/v2/numbers',
    query: { limit: '1' },
    authentication,
  },
  failures: {
    'to attribute is not a valid number': { code: 'invalid-recipient', sentence: noNumber },
  },
  limits: { perSecond: 5, longestText: 1600, mostFiles: 5, longestFileBytes: 750_000 },
}
