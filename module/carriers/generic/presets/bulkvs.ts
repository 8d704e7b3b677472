import type { CarrierDescription } from '../generic-schema.ts'

const address = 'https://portal.bulkvs.com/api/v1.0/messageSend'
const authentication = {
  kind: 'basic',
  user: '{{secret.apiUser}}',
  password: '{{secret.apiPassword}}',
} as const

/**
 * BulkVS. Its callbacks have neither signature nor id: their URL has a secret, `…/webhooks/<id>?key=<webhookSecret>`,
 * and the same content within two minutes is one message. Texts come percent-encoded; of an MMS the layout file (.smil)
 * says nothing. The shape of its delivery receipts is not published, so none is read.
 * Source: BulkVS' API documentation and its messaging questions and answers.
 */
export const bulkvs: CarrierDescription = {
  channels: ['sms'],
  webhook: {
    methods: ['POST'],
    body: 'json',
    authentication: { kind: 'query', parameter: 'key' },
    events: [
      { is: 'nothing', when: [{ at: 'DeliveryReceipt', exists: true }] },
      {
        is: 'message',
        from: 'From',
        to: 'To.0',
        text: 'Message',
        textEncoding: 'url',
        media: { urls: ['MediaURLs.*'], skip: ['.smil'] },
      },
    ],
    sameWithinSeconds: 120,
    answer: { status: 200, contentType: 'text/plain', body: 'ok' },
  },
  sending: {
    numberFormat: 'digits',
    requests: [
      {
        carries: 'text',
        method: 'POST',
        url: address,
        authentication,
        json: { From: '{{from}}', To: ['{{to}}'], Message: '{{text}}' },
        id: 'RefId',
      },
      {
        carries: 'files',
        method: 'POST',
        url: address,
        authentication,
        json: { From: '{{from}}', To: ['{{to}}'], Message: '{{text}}', MediaURLs: '{{media}}' },
        id: 'RefId',
      },
    ],
    taken: [{ at: 'Results.0.Status', equals: 'SUCCESS' }],
    refused: [{ at: 'Results.0.Status', oneOf: ['FAILED', 'FAILURE', 'ERROR'] }],
    code: 'Code',
  },
  probe: { method: 'GET', url: 'https://portal.bulkvs.com/api/v1.0/tnRecord', authentication },
  limits: { perSecond: 5, longestText: 1600, mostFiles: 3, longestFileBytes: 1_000_000 },
}
