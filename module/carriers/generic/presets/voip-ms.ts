import type { CarrierDescription } from '../generic-schema.ts'

const address = 'https://voip.ms/api/v1/rest.php'
const credentials = { api_username: '{{secret.apiUser}}', api_password: '{{secret.apiPassword}}' }
const badAccount =
  'VoIP.ms does not accept the account. Ask the administrator to check the API user, its password and the allowed addresses.'
const noNumber = 'This is not a number that can receive messages. Check the number.'
const badSender =
  'This business number cannot send messages. Ask the administrator to enable SMS for it at VoIP.ms.'

/**
 * VoIP.ms. It calls back by GET with the names that one writes into its URL, and signs nothing:
 * `…/webhooks/<id>?key=<webhookSecret>&to={TO}&from={FROM}&message={MESSAGE}&id={ID}&date={TIMESTAMP}&media={MEDIA}`,
 * and goes on calling for a day unless it reads `ok`. Its API answers HTTP 200 whatever happened; `status` tells.
 * An SMS has 160 bytes of UTF-8 at most; what is longer, or has files, goes as an MMS of up to 2048.
 * It reports nothing about what it took. Source: VoIP.ms' API documentation and its wiki on SMS and MMS.
 */
export const voipMs: CarrierDescription = {
  channels: ['sms'],
  webhook: {
    methods: ['GET'],
    body: 'query',
    authentication: { kind: 'query', parameter: 'key' },
    events: [
      {
        is: 'message',
        id: 'id',
        from: 'from',
        to: 'to',
        text: 'message',
        media: { urls: ['media'], separator: ',' },
      },
    ],
    answer: { status: 200, contentType: 'text/plain', body: 'ok' },
  },
  sending: {
    numberFormat: 'national',
    countryCode: '1',
    requests: [
      {
        carries: 'text',
        longestBytes: 160,
        method: 'POST',
        url: address,
        form: { ...credentials, method: 'sendSMS', did: '{{from}}', dst: '{{to}}', message: '{{text}}' },
        id: 'sms',
      },
      {
        carries: 'files',
        longestBytes: 2048,
        method: 'POST',
        url: address,
        form: {
          ...credentials,
          method: 'sendMMS',
          did: '{{from}}',
          dst: '{{to}}',
          message: '{{text}}',
          media1: '{{media.0}}',
          media2: '{{media.1}}',
          media3: '{{media.2}}',
        },
        id: 'mms',
      },
    ],
    taken: [{ at: 'status', equals: 'success' }],
    retry: [{ at: 'status', oneOf: ['api_limit_exceeded'] }],
    refused: [
      {
        at: 'status',
        oneOf: [
          'invalid_credentials',
          'invalid_method',
          'ip_not_enabled',
          'ip_not_authorized',
          'api_not_enabled',
          'account_inactive',
          'invalid_did',
          'missing_did',
          'invalid_dst',
          'missing_dst',
          'missing_sms',
          'sms_toolong',
          'sms_failed',
          'limit_reached',
          'no_sms',
          'invalid_media',
        ],
      },
    ],
    code: 'status',
  },
  probe: { method: 'POST', url: address, form: { ...credentials, method: 'getBalance' } },
  failures: {
    invalid_credentials: { code: 'credentials', sentence: badAccount },
    ip_not_enabled: { code: 'credentials', sentence: badAccount },
    ip_not_authorized: { code: 'credentials', sentence: badAccount },
    api_not_enabled: { code: 'credentials', sentence: badAccount },
    account_inactive: { code: 'credentials', sentence: badAccount },
    invalid_did: { code: 'invalid-sender', sentence: badSender },
    missing_did: { code: 'invalid-sender', sentence: badSender },
    no_sms: { code: 'invalid-sender', sentence: badSender },
    invalid_dst: { code: 'invalid-recipient', sentence: noNumber },
    missing_dst: { code: 'invalid-recipient', sentence: noNumber },
    missing_sms: { code: 'content-refused', sentence: 'The message has no text.' },
    sms_toolong: { code: 'too-long', sentence: 'The text is too long for VoIP.ms. Send it in parts.' },
    invalid_media: { code: 'media', sentence: 'VoIP.ms does not send this file. Send a smaller picture.' },
    limit_reached: {
      code: 'carrier-error',
      sentence: 'VoIP.ms takes no more messages today. Send it again tomorrow, or ask for a higher limit.',
    },
  },
  limits: { perSecond: 1, longestText: 2048, mostFiles: 3, longestFileBytes: 1_200_000 },
}
