import type { MessageId } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { SendFailure, SendOutcome } from '../../domain/message/delivery.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import { type ApiAnswer, refuse, sendOutcomeOf, textAt } from '../api-answer.ts'
import { isCarrierId } from '../json-webhook.ts'
import { callTelnyx, type TelnyxApi } from './telnyx-api.ts'
import { notProcessedCodes, telnyxFailure } from './telnyx-errors.ts'
import { codeAt, reportedState } from './telnyx-webhook.ts'

export interface TelnyxSender {
  readonly api: TelnyxApi
  readonly messagingProfileId: string | null
  /** Where Telnyx reports on a message; null when nobody outside can reach us. */
  readonly statusUrl: (messageId: MessageId) => string | null
}

export const mostMedia = 10
/** Of all files of a message together. */
export const longestMediaBytes = 1_000_000
/** Ten parts of an SMS. */
export const longestText = 1530

/** Hands one message to Telnyx, once. Never rejects. */
export async function sendByTelnyx(message: OutboundMessage, sender: TelnyxSender): Promise<SendOutcome> {
  const refused = refusalOf(message)
  if (refused !== null) return refuse(refused)
  const { text, ...content } = message.content
  const media = content.kind === 'text' ? content.media : []
  const statusUrl = sender.statusUrl(message.messageId)
  const result = await callTelnyx(sender.api, '/v2/messages', {
    from: message.from.value,
    to: message.to.value,
    ...(text === '' ? {} : { text }),
    ...(media.length === 0 ? {} : { media_urls: media.map(({ url }) => url) }),
    ...(sender.messagingProfileId === null ? {} : { messaging_profile_id: sender.messagingProfileId }),
    // Our id travels in its query: Telnyx's tags are those of the number, not of a message.
    ...(statusUrl === null ? {} : { webhook_url: statusUrl }),
  })
  return sendOutcomeOf('Telnyx', result, outcomeOfAnswer)
}

function outcomeOfAnswer({ status, retryAfterMs, body }: ApiAnswer): SendOutcome {
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, body)
  const code = codeAt(body, 'errors.0.code')
  if (status === 429 || (status >= 400 && status < 500 && code !== null && notProcessedCodes.has(code))) {
    return {
      kind: 'not-processed',
      reason: `Telnyx asks to send more slowly (HTTP ${status}${code === null ? '' : `, error ${code}`})`,
      retryAfterMs,
      // 40318 is one number's queue, and leaves the others be.
      ...(code === '40318' ? {} : { holds: 'carrier' }),
    }
  }
  // 408: whoever gave up waiting, part of the request may have gone through.
  if (status >= 300 && status < 500 && status !== 408) return refuse(telnyxFailure(code, status))
  return { kind: 'unknown', reason: `Telnyx answered HTTP ${status}` }
}

function outcomeOfSuccess(status: number, body: object | null): SendOutcome {
  const id = textAt(body, 'data.id')
  if (!isCarrierId(id)) {
    return { kind: 'unknown', reason: `Telnyx answered HTTP ${status} without a message id` }
  }
  const state = reportedState(textAt(body, 'data.to.0.status') ?? '') ?? 'accepted'
  if (state === 'failed') return refuse(telnyxFailure(codeAt(body, 'data.errors.0.code'), null))
  return { kind: 'taken', carrierMessageId: id, state }
}

const sendable: Record<Address['kind'], RegExp> = {
  number: /^\+\d{7,15}$/,
  'short-code': /^\d{3,8}$/,
  name: /^[A-Za-z0-9 ]{1,11}$/,
  'whatsapp-user': /$^/,
}

/** What Telnyx can't carry; null for a message that it may. */
function refusalOf({ channel, from, to, content }: OutboundMessage): SendFailure | null {
  const refusal = (code: SendFailure['code'], sentence: string) => ({ code, carrierCode: null, sentence })
  if (channel !== 'sms' || !sendable[from.kind].test(from.value))
    return refusal('invalid-sender', `Telnyx can’t send from ${from.value} by ${channel}. Choose a number.`)
  if (to.kind === 'name' || !sendable[to.kind].test(to.value))
    return refusal('invalid-recipient', `${to.value} can’t be reached by SMS. Choose a number instead.`)
  if (content.kind === 'template')
    return refusal('template', 'Templates are for WhatsApp. Write the text itself.')
  if (content.text.length > longestText)
    return refusal('too-long', `Telnyx takes ${longestText} characters. Send it in parts.`)
  const bytes = content.media.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (content.media.length > mostMedia || bytes > longestMediaBytes)
    return refusal('media', `Telnyx takes ${mostMedia} files of 1 MB together. Send fewer, or a link.`)
  return null
}
