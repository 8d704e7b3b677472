import type { SendFailure, SendFailureCode } from '../../domain/message/delivery.ts'

type Meaning = readonly [SendFailureCode, string]

const account = 'Ask the administrator to look at this number in the WhatsApp Manager.'
const token =
  'WhatsApp does not accept the access token. Ask the administrator to make a new one and enter it in Parley.'
const restricted =
  'Meta has restricted or locked the WhatsApp Business account. Ask the administrator to see why in the WhatsApp Manager.'
const notRegistered = `The business number is not registered with WhatsApp. ${account}`
const trouble = 'WhatsApp could not deliver it just now. Send it again later.'
const tooFast = 'WhatsApp limits how fast this number may send. Send it again in a few minutes.'
const media =
  'WhatsApp could not take the file: its kind, its size or the way to it. Send another kind of file, or a link.'
const noTemplate =
  'WhatsApp has no such approved template in this language. Choose another, or ask the administrator.'
const templateValues =
  'The values do not fit the template: one is missing, too long, or has line breaks. Fill them in anew.'
const templatePaused =
  'Meta has paused or disabled this template, since customers blocked it or complained. Choose another.'

/** Error codes of the Cloud API in our words. Source: Meta's "Error codes" page. */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [
    131047,
    [
      'window-closed',
      'The customer last wrote more than 24 hours ago. WhatsApp allows only an approved template now.',
    ],
  ],
  [
    131026,
    ['unreachable', 'This customer can’t be reached by WhatsApp, or has an old version of it. Reply by SMS.'],
  ],
  [
    131049,
    [
      'unreachable',
      'WhatsApp limits marketing to each person and held this one back. Wait until the customer writes.',
    ],
  ],
  // Not `opted-out`: that would stop replies too, and those the customer still wants.
  [
    131050,
    [
      'template',
      'The customer stopped marketing messages from this business. Replies and service templates still arrive.',
    ],
  ],
  [130472, ['unreachable', 'WhatsApp held this marketing message back. Wait until the customer writes.']],
  [
    130497,
    ['unreachable', 'WhatsApp does not let this business write to customers in that country. Call instead.'],
  ],
  [131021, ['invalid-recipient', 'This is the business number itself. Choose the customer’s number.']],
  [
    131030,
    [
      'invalid-recipient',
      'WhatsApp’s test number writes only to numbers on its list. Ask the administrator to add this one.',
    ],
  ],
  [
    131062,
    [
      'invalid-recipient',
      'This customer has no number for WhatsApp to use, and this kind of message needs one.',
    ],
  ],
  [33, ['invalid-sender', `WhatsApp does not know this business number any more. ${account}`]],
  [131037, ['invalid-sender', `The display name of the business number is not approved. ${account}`]],
  [131045, ['invalid-sender', notRegistered]],
  [133010, ['invalid-sender', notRegistered]],
  [131051, ['content-refused', 'WhatsApp does not take this kind of message. Send it as a text.']],
  [131052, ['media', media]],
  [131053, ['media', media]],
  [132000, ['template', templateValues]],
  [132001, ['template', noTemplate]],
  [132005, ['template', templateValues]],
  [
    132007,
    ['template', 'The template breaks a rule of WhatsApp’s. Choose another, or ask the administrator.'],
  ],
  [132012, ['template', templateValues]],
  [132015, ['template', templatePaused]],
  [132016, ['template', templatePaused]],
  [132018, ['template', templateValues]],
  [0, ['credentials', token]],
  [3, ['credentials', token]],
  [10, ['credentials', token]],
  [190, ['credentials', token]],
  [131005, ['credentials', token]],
  [368, ['credentials', restricted]],
  [131031, ['credentials', restricted]],
  [131042, ['carrier-error', `WhatsApp can’t charge the business account for it. ${account}`]],
  [131057, ['carrier-error', 'The WhatsApp account is under maintenance. Send it again in a few minutes.']],
  [2, ['carrier-error', trouble]],
  [131000, ['carrier-error', trouble]],
  [131016, ['carrier-error', trouble]],
  [4, ['carrier-error', tooFast]],
  [80007, ['carrier-error', tooFast]],
  [130429, ['carrier-error', tooFast]],
  [131048, ['carrier-error', tooFast]],
  [131056, ['carrier-error', tooFast]],
  [133016, ['carrier-error', tooFast]],
])

export interface Throttle {
  /** Null where Meta names no time: the outbox backs off by itself. */
  readonly retryAfterMs: number | null
  /** Whether everything of this account must wait, or this customer's messages alone. */
  readonly wholeAccount: boolean
}

/** With these Meta took nothing, and will take it later. */
export const throttles: ReadonlyMap<number, Throttle> = new Map<number, Throttle>([
  [4, { retryAfterMs: 60_000, wholeAccount: true }],
  [80007, { retryAfterMs: 60_000, wholeAccount: true }],
  [130429, { retryAfterMs: null, wholeAccount: true }],
  // Too many customers blocked or reported this number: minutes change nothing, but the outbox must not hammer.
  [131048, { retryAfterMs: 10 * 60_000, wholeAccount: true }],
  // One message in 6 s from one number to one customer.
  [131056, { retryAfterMs: 6000, wholeAccount: false }],
  [131057, { retryAfterMs: 60_000, wholeAccount: true }],
  [133016, { retryAfterMs: 60_000, wholeAccount: true }],
])

/** `status` is that of the HTTP answer; null for a failure reported later. */
export function whatsAppFailure(code: number | null, status: number | null): SendFailure {
  const carrierCode = code === null ? null : String(code)
  const meaning = code === null ? undefined : meanings.get(code)
  if (meaning !== undefined) return { code: meaning[0], carrierCode, sentence: meaning[1] }
  const permission = code !== null && code >= 200 && code <= 299
  if (status === 401 || permission) return { code: 'credentials', carrierCode, sentence: token }
  if (code === null) return { code: 'carrier-error', carrierCode, sentence: trouble }
  return {
    code: 'carrier-error',
    carrierCode,
    sentence: `WhatsApp could not deliver it, error ${code}. Meta’s page "Error codes" of the Cloud API says more.`,
  }
}
