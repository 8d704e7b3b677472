import type { SendFailure, SendFailureCode } from '../../domain/message/delivery.ts'

type Meaning = readonly [SendFailureCode, string]

const noNumber = 'This is not a number that can receive messages. Check the number.'
const landline = 'This number is a landline or cannot receive messages.'
const unreachable = "The customer's phone could not be reached. Try again later or call instead."
const badSender =
  'This business number cannot send this message. Ask the administrator to check it and its messaging profile in the Telnyx portal.'
const unregistered =
  'The business number is not registered or verified for messages. Ask the administrator to do so in the Telnyx portal.'
const credentials =
  'Telnyx does not accept the account. Ask the administrator to check the API key, the account and its balance.'
const filtered = "The text was refused by the carrier's filter. Rephrase it, without links, and send again."
const tooLong = 'The text is too long: Telnyx takes ten parts of an SMS. Send it in pieces.'
const media =
  'Telnyx could not take the file: all files together may have 1 MB. Send a smaller one, or a link.'
const expired = 'It waited too long at the carrier and was dropped. Send it again if it still matters.'
const trouble = 'The carrier could not deliver it. Send it again later.'

/** Telnyx's error codes in our words. Source: its "Messaging Error Code Reference". */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [
    '40300',
    [
      'opted-out',
      'This customer replied STOP to this number. Only a START from the customer allows messages again.',
    ],
  ],
  ['10002', ['invalid-recipient', noNumber]],
  ['10016', ['invalid-recipient', noNumber]],
  ['40012', ['invalid-recipient', noNumber]],
  ['40310', ['invalid-recipient', noNumber]],
  ['40001', ['invalid-recipient', landline]],
  [
    '40309',
    ['unreachable', 'Telnyx does not send to this country from here. Ask the administrator to allow it.'],
  ],
  ['40004', ['unreachable', unreachable]],
  ['40006', ['unreachable', unreachable]],
  ['40008', ['unreachable', unreachable]],
  ['10001', ['invalid-sender', badSender]],
  ['40003', ['invalid-sender', badSender]],
  ['40013', ['invalid-sender', badSender]],
  ['40305', ['invalid-sender', badSender]],
  ['40306', ['invalid-sender', badSender]],
  ['40312', ['invalid-sender', badSender]],
  ['40315', ['invalid-sender', badSender]],
  ['40319', ['invalid-sender', badSender]],
  ['40320', ['invalid-sender', badSender]],
  ['40321', ['invalid-sender', badSender]],
  ['40010', ['invalid-sender', unregistered]],
  ['40329', ['invalid-sender', unregistered]],
  ['40330', ['invalid-sender', unregistered]],
  ['10009', ['credentials', credentials]],
  ['10010', ['credentials', credentials]],
  ['20012', ['credentials', credentials]],
  ['20100', ['credentials', credentials]],
  ['40314', ['credentials', credentials]],
  ['40302', ['too-long', tooLong]],
  ['40328', ['too-long', tooLong]],
  ['40317', ['media', media]],
  ['40002', ['content-refused', filtered]],
  ['40009', ['content-refused', filtered]],
  ['40015', ['content-refused', filtered]],
  ['40322', ['content-refused', filtered]],
  ['40316', ['content-refused', 'The message has neither text nor file.']],
  ['40005', ['expired', expired]],
  ['40014', ['expired', expired]],
  ['40011', ['carrier-error', trouble]],
  ['40318', ['carrier-error', trouble]],
])

/** With these Telnyx took nothing: too many requests, or its queue for this number is full. */
export const notProcessedCodes: ReadonlySet<string> = new Set(['10011', '40318'])

/** `status` is that of the HTTP answer; null for a failure reported later. */
export function telnyxFailure(code: string | null, status: number | null): SendFailure {
  const meaning = code === null ? undefined : meanings.get(code)
  if (meaning !== undefined) return { code: meaning[0], carrierCode: code, sentence: meaning[1] }
  if (status === 401 || status === 403)
    return { code: 'credentials', carrierCode: code, sentence: credentials }
  if (code === null) return { code: 'carrier-error', carrierCode: code, sentence: trouble }
  return {
    code: 'carrier-error',
    carrierCode: code,
    sentence: `Telnyx could not deliver it, error ${code}. Telnyx’s "Messaging Error Code Reference" says more.`,
  }
}
