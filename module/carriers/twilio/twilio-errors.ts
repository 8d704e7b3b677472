import type { SendFailure, SendFailureCode } from '../../domain/message/delivery.ts'

type Meaning = readonly [SendFailureCode, string]

const optedOut =
  'This customer replied STOP to this number. Only a START from the customer allows messages again.'
const noNumber = 'This is not a number that can receive messages. Check the number.'
const landline = 'This number is a landline or cannot receive messages.'
const unreachable = "The customer's phone could not be reached. Try again later or call instead."
const badSender =
  'This business number cannot send this message. Ask the administrator to check it in the Twilio console.'
const unregistered =
  'The business number is not registered for messages to this country. Ask the administrator to register it with Twilio.'
const credentials =
  'Twilio does not accept the account. Ask the administrator to check the Account SID and the auth token.'
const filtered = "The text was refused by the carrier's filter. Rephrase it, without links, and send again."
const tooLong = 'The text is too long: Twilio takes 1600 characters. Send it in parts.'
const windowClosed =
  'The customer last wrote more than 24 hours ago. WhatsApp allows only an approved template now.'
const badFile = 'Twilio could not send the file. Send a smaller one, or another kind.'
const badTemplate =
  'The template does not exist, is not approved, or its variables do not fit. Choose another one.'
const expired = 'It waited too long at the carrier and was dropped. Send it again if it still matters.'
const carrierTrouble = 'The carrier could not deliver it. Send it again later.'

/** Twilio's error codes in our words. Source: Twilio's error and warning dictionary. */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [21610, ['opted-out', optedOut]],
  [30004, ['unreachable', 'The customer or the carrier blocks messages from this number.']],
  [21211, ['invalid-recipient', noNumber]],
  [21614, ['invalid-recipient', noNumber]],
  [21635, ['invalid-recipient', landline]],
  [30005, ['invalid-recipient', noNumber]],
  [63024, ['invalid-recipient', noNumber]],
  [21620, ['media', badFile]],
  [21623, ['media', badFile]],
  [12300, ['media', badFile]],
  [30019, ['media', badFile]],
  [63019, ['media', badFile]],
  [63021, ['template', badTemplate]],
  [63027, ['template', badTemplate]],
  [63028, ['template', badTemplate]],
  [63041, ['template', badTemplate]],
  [21655, ['template', badTemplate]],
  [21656, ['template', badTemplate]],
  [30006, ['unreachable', landline]],
  [
    21408,
    [
      'unreachable',
      'Messages to this country are switched off. Ask the administrator to allow it in the Twilio console.',
    ],
  ],
  [
    21612,
    ['unreachable', 'This business number cannot reach that number. Choose another number to send from.'],
  ],
  [30003, ['unreachable', unreachable]],
  [63003, ['unreachable', 'This number is not on WhatsApp. Reply by SMS instead.']],
  [21212, ['invalid-sender', badSender]],
  [21601, ['invalid-sender', badSender]],
  [21603, ['invalid-sender', badSender]],
  [21606, ['invalid-sender', badSender]],
  [21659, ['invalid-sender', badSender]],
  [21660, ['invalid-sender', badSender]],
  [21661, ['invalid-sender', badSender]],
  [21701, ['invalid-sender', badSender]],
  [21703, ['invalid-sender', badSender]],
  [63007, ['invalid-sender', badSender]],
  [30032, ['invalid-sender', unregistered]],
  [30034, ['invalid-sender', unregistered]],
  [20003, ['credentials', credentials]],
  [20005, ['credentials', credentials]],
  [20404, ['credentials', credentials]],
  [
    30002,
    [
      'credentials',
      'The Twilio account is suspended. Ask the administrator to look into the Twilio console.',
    ],
  ],
  [21605, ['too-long', tooLong]],
  [21617, ['too-long', tooLong]],
  [21602, ['content-refused', 'The message has no text.']],
  [30007, ['content-refused', filtered]],
  [63013, ['content-refused', filtered]],
  [63016, ['window-closed', windowClosed]],
  [30036, ['expired', expired]],
  [30001, ['carrier-error', carrierTrouble]],
  [30008, ['carrier-error', carrierTrouble]],
  [
    63018,
    ['carrier-error', 'WhatsApp limits how fast this number may send. Send it again in a few minutes.'],
  ],
])

/** With these Twilio took nothing: too fast, or its queue for this number is full. Safe to send again. */
export const notProcessedCodes: ReadonlySet<number> = new Set([20429, 14107, 21611, 63018])

/** `status` is that of the HTTP answer; null for a failure reported later. `vendor` speaks Twilio's codes. */
export function twilioFailure(code: number | null, status: number | null, vendor = 'Twilio'): SendFailure {
  const failure = failureOf(code, status)
  return vendor === 'Twilio'
    ? failure
    : {
        ...failure,
        sentence: failure.sentence.replaceAll('Twilio', vendor).replaceAll('Account SID', 'project'),
      }
}

function failureOf(code: number | null, status: number | null): SendFailure {
  const meaning = code === null ? undefined : meanings.get(code)
  const carrierCode = code === null ? null : String(code)
  if (meaning !== undefined) return { code: meaning[0], carrierCode, sentence: meaning[1] }
  if (status === 401 || status === 403 || status === 404)
    return { code: 'credentials', carrierCode, sentence: credentials }
  if (code === null) return { code: 'carrier-error', carrierCode, sentence: carrierTrouble }
  const sentence = `Twilio could not deliver it, error ${code}. Send it again later; the administrator finds more under that number in Twilio’s documentation.`
  return { code: 'carrier-error', carrierCode, sentence }
}
