import type { Address } from '../../domain/address.ts'
import type { SendFailure, SendOutcome } from '../../domain/delivery.ts'
import type { MessageId } from '../../domain/ids.ts'
import type { Channel, OutboundMessage } from '../../domain/message.ts'
import { type ApiAnswer, numberAt, refuse, sendOutcomeOf, textAt } from '../api-answer.ts'
import { type ApiResult, basicAuth, callApi } from '../call-api.ts'
import { writeTwilioAddress } from './twilio-address.ts'
import { notProcessedCodes, twilioFailure } from './twilio-errors.ts'
import { reportedState } from './twilio-webhook.ts'

export interface TwilioSender {
  readonly accountSid: string
  readonly authToken: string
  readonly messagingServiceSid: string | null
  /** `https://api.twilio.com` */
  readonly apiBase: string
  /** Where Twilio reports on a message; null when nobody outside can reach us. */
  readonly statusCallback: (messageId: MessageId) => string | null
  readonly deadlineMs: number
}

/** Hands one message to Twilio, once. Never rejects. */
export async function sendByTwilio(message: OutboundMessage, sender: TwilioSender): Promise<SendOutcome> {
  const from = writeTwilioAddress(message.from, message.channel)
  if (from === null) return refuse(wrongAddress('invalid-sender', message.from, message.channel))
  const to = message.to.kind === 'name' ? null : writeTwilioAddress(message.to, message.channel)
  if (to === null) return refuse(wrongAddress('invalid-recipient', message.to, message.channel))

  const form = new URLSearchParams({ To: to, From: from, Body: message.content.text })
  // With a From besides it, a messaging service lends its features but does not pick another number.
  if (sender.messagingServiceSid !== null && message.channel === 'sms') {
    form.set('MessagingServiceSid', sender.messagingServiceSid)
  }
  const callback = sender.statusCallback(message.messageId)
  if (callback !== null) form.set('StatusCallback', callback)
  const result = await callApi({
    method: 'POST',
    url: new URL(`/2010-04-01/Accounts/${sender.accountSid}/Messages.json`, sender.apiBase),
    headers: {
      authorization: basicAuth(sender.accountSid, sender.authToken),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
    deadlineMs: sender.deadlineMs,
  })
  return outcomeOf(result)
}

/** What a result says of the message: only an answer that says so makes it taken, refused or safe to repeat. */
export const outcomeOf = (result: ApiResult): SendOutcome => sendOutcomeOf('Twilio', result, outcomeOfAnswer)

function outcomeOfAnswer({ status, retryAfterMs, body: answer }: ApiAnswer): SendOutcome {
  const code = numberAt(answer, 'code')
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, answer)
  if (status === 429 || (status >= 400 && status < 500 && code !== null && notProcessedCodes.has(code))) {
    const reason = `Twilio asks to send more slowly (HTTP ${status}${code === null ? '' : `, error ${code}`})`
    return { kind: 'not-processed', reason, retryAfterMs }
  }
  // 408: whoever gave up waiting, part of the request may have gone through.
  if (status >= 300 && status < 500 && status !== 408) return refuse(twilioFailure(code, status))
  return { kind: 'unknown', reason: `Twilio answered HTTP ${status}` }
}

function outcomeOfSuccess(status: number, answer: object | null): SendOutcome {
  const sid = textAt(answer, 'sid')
  if (sid === null || !/^[A-Za-z0-9]{2,64}$/.test(sid)) {
    return { kind: 'unknown', reason: `Twilio answered HTTP ${status} without a message id` }
  }
  const state = reportedState(textAt(answer, 'status') ?? '') ?? 'accepted'
  if (state === 'failed') return refuse(twilioFailure(numberAt(answer, 'error_code'), null))
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
