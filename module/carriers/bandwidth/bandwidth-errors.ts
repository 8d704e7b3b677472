import type { SendFailure, SendFailureCode } from '../../domain/message/delivery.ts'

type Meaning = readonly [SendFailureCode, string]

const noNumber = 'This is not a number that can receive messages. Check the number.'
const notReached = 'This number can’t be reached by messages. Call instead.'
const unreachable = 'The customer’s phone could not be reached. Try again later or call instead.'
const optedOut =
  'This customer has opted out of messages from this number. Only a START from the customer allows them again.'
const badSender =
  'This business number cannot send this message. Ask the administrator to check it in the Bandwidth dashboard.'
const unregistered =
  'The business number is not registered for messages. Ask the administrator to check its campaign or verification with Bandwidth.'
const credentials =
  'Bandwidth does not accept the account. Ask the administrator to check the account id, the application id and the credentials.'
const filtered = 'The text was refused by the carrier’s filter. Rephrase it, without links, and send again.'
const tooFast = 'Too many messages were sent from this number. Send it again in a few hours.'
const badFile = 'The file could not be sent. Send a smaller picture, or a text alone.'
const tooLong = 'The text is too long for the customer’s carrier. Send it in parts.'
const country =
  'Messages to this number’s country are not enabled. Ask the administrator to have Bandwidth allow it.'
const expired = 'It waited too long at the carrier and was dropped. Send it again if it still matters.'
const unclear = 'The carrier never said what became of it. Ask the customer, or send it again.'
const carrierTrouble = 'The carrier could not deliver it. Send it again later.'

const of = (meaning: Meaning, codes: readonly number[]) => codes.map((code) => [code, meaning] as const)

/** Bandwidth's error codes in our words. Source: the table of messaging errors in Bandwidth's documentation. */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  ...of(['opted-out', optedOut], [4775]),
  ...of(['invalid-recipient', noNumber], [4303, 4350, 4404, 4406, 4408, 4492, 4720, 4721]),
  ...of(['unreachable', notReached], [4420, 4421, 4434, 4482, 4700, 4701, 4730, 4772, 4790]),
  ...of(['unreachable', country], [4432]),
  ...of(['unreachable', unreachable], [4702, 4750]),
  ...of(['invalid-sender', badSender], [4302, 4401, 4403, 4405, 4407, 4409, 4431, 4433, 4481, 4740]),
  ...of(['invalid-sender', unregistered], [4773, 4774, 4791, 4792, 4793, 4795]),
  ...of(['content-refused', filtered], [4470, 4770, 4771]),
  ...of(['content-refused', 'The text has characters that can’t be sent. Rephrase it.'], [4301, 4752]),
  ...of(['too-long', tooLong], [4751]),
  ...of(['media', badFile], [4410, 4411, 4412, 4711, 4712]),
  ...of(['credentials', credentials], [4001, 4451, 4452, 4493]),
  ...of(['expired', expired], [4360, 5201]),
  ...of(['carrier-error', tooFast], [4780, 4781, 4785]),
  ...of(['carrier-error', unclear], [9902, 9999]),
])

/** `status` is that of the HTTP answer; null for a failure reported later. */
export function bandwidthFailure(code: number | null, status: number | null): SendFailure {
  const meaning = code === null ? undefined : meanings.get(code)
  const carrierCode = code === null ? null : String(code)
  if (meaning !== undefined) return { code: meaning[0], carrierCode, sentence: meaning[1] }
  if (status === 401 || status === 403 || status === 404)
    return { code: 'credentials', carrierCode, sentence: credentials }
  const which = code === null ? '' : ` (error ${code})`
  return { code: 'carrier-error', carrierCode, sentence: carrierTrouble.replace('.', `${which}.`) }
}
