import type { MessageId, Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { SendFailure, SendOutcome } from '../../domain/message/delivery.ts'
import type { Channel, OutboundMessage } from '../../domain/message/message.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import { type ApiAnswer, numberAt, refuse, sendOutcomeOf, textAt } from '../api-answer.ts'
import { type ApiResult, basicAuth, callApi } from '../call-api.ts'
import { writeTwilioAddress } from './twilio-address.ts'
import { notProcessedCodes, twilioFailure } from './twilio-errors.ts'
import { reportedState } from './twilio-webhook.ts'

export interface TwilioSender {
  /** `Twilio`, as people call it. */
  readonly vendor: string
  readonly accountSid: string
  readonly authToken: string
  readonly messagingServiceSid: string | null
  /** `https://api.twilio.com` */
  readonly apiBase: string
  /** `/2010-04-01/Accounts/AC…` */
  readonly accountPath: string
  /** Where the vendor reports on a message; null when nobody outside can reach us. */
  readonly statusCallback: (messageId: MessageId) => string | null
  readonly deadlineMs: number
  readonly now: () => Millis
}

/** The id under which the vendor knows a template; null where it has none of that name. May reject: nothing was sent then. */
export type FindContent = (template: TemplateUse) => Promise<string | null> | null

/** Hands one message to the vendor, once. Never rejects. */
export async function sendByTwilio(
  message: OutboundMessage,
  sender: TwilioSender,
  findContent: FindContent,
): Promise<SendOutcome> {
  const { vendor } = sender
  const from = writeTwilioAddress(message.from, message.channel)
  if (from === null) return refuse(wrongAddress('invalid-sender', message.from, message.channel))
  const to = message.to.kind === 'name' ? null : writeTwilioAddress(message.to, message.channel)
  if (to === null) return refuse(wrongAddress('invalid-recipient', message.to, message.channel))

  const form = new URLSearchParams({ To: to, From: from })
  const { content } = message
  if (content.kind === 'template') {
    const sid = await contentSidOf(content.template, findContent)
    if (typeof sid !== 'string') return sid
    form.set('ContentSid', sid)
    const { variables } = content.template
    if (Object.keys(variables).length > 0) form.set('ContentVariables', JSON.stringify(variables))
  } else {
    if (message.channel === 'whatsapp' && content.media.length > 1) return refuse(oneFileAMessage)
    // A file may stand alone; an empty Body beside it would be an empty caption.
    if (content.text !== '' || content.media.length === 0) form.set('Body', content.text)
    for (const { url } of content.media) form.append('MediaUrl', url)
  }
  // With a From besides it, a messaging service lends its features but does not pick another number.
  if (sender.messagingServiceSid !== null && message.channel === 'sms') {
    form.set('MessagingServiceSid', sender.messagingServiceSid)
  }
  const callback = sender.statusCallback(message.messageId)
  if (callback !== null) form.set('StatusCallback', callback)
  const result = await callApi({
    method: 'POST',
    url: new URL(`${sender.accountPath}/Messages.json`, sender.apiBase),
    headers: {
      authorization: basicAuth(sender.accountSid, sender.authToken),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
    deadlineMs: sender.deadlineMs,
  })
  return outcomeOf(result, vendor)
}

async function contentSidOf(template: TemplateUse, findContent: FindContent): Promise<string | SendOutcome> {
  try {
    const sid = await findContent(template)
    return sid ?? refuse(noSuchTemplate)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'not-processed', reason, retryAfterMs: null }
  }
}

const oneFileAMessage: SendFailure = {
  code: 'media',
  carrierCode: null,
  sentence: 'WhatsApp takes one file a message. Send them one by one.',
}
const noSuchTemplate: SendFailure = {
  code: 'template',
  carrierCode: null,
  sentence: 'The carrier has no approved template of this name and language. Choose another one.',
}

/** What a result says of the message: only an answer that says so makes it taken, refused or safe to repeat. */
export const outcomeOf = (result: ApiResult, vendor = 'Twilio'): SendOutcome =>
  sendOutcomeOf(vendor, result, (answer) => outcomeOfAnswer(answer, vendor))

function outcomeOfAnswer({ status, retryAfterMs, body: answer }: ApiAnswer, vendor: string): SendOutcome {
  const code = numberAt(answer, 'code')
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, answer, vendor)
  if (status === 429 || (status >= 400 && status < 500 && code !== null && notProcessedCodes.has(code))) {
    const reason = `${vendor} asks to send more slowly (HTTP ${status}${code === null ? '' : `, error ${code}`})`
    return { kind: 'not-processed', reason, retryAfterMs }
  }
  // 408: whoever gave up waiting, part of the request may have gone through.
  if (status >= 300 && status < 500 && status !== 408) return refuse(twilioFailure(code, status, vendor))
  return { kind: 'unknown', reason: `${vendor} answered HTTP ${status}` }
}

function outcomeOfSuccess(status: number, answer: object | null, vendor: string): SendOutcome {
  const sid = textAt(answer, 'sid')
  if (sid === null || !/^[A-Za-z0-9-]{2,64}$/.test(sid)) {
    return { kind: 'unknown', reason: `${vendor} answered HTTP ${status} without a message id` }
  }
  const state = reportedState(textAt(answer, 'status') ?? '') ?? 'accepted'
  if (state === 'failed') return refuse(twilioFailure(numberAt(answer, 'error_code'), null, vendor))
  return { kind: 'taken', carrierMessageId: sid, state }
}

function wrongAddress(
  code: 'invalid-sender' | 'invalid-recipient',
  address: Address,
  channel: Channel,
): SendFailure {
  const what = code === 'invalid-sender' ? 'Messages cannot be sent from' : 'Messages cannot be sent to'
  return {
    code,
    carrierCode: null,
    sentence: `${what} ${address.value} by ${channel}. Choose a number instead.`,
  }
}
