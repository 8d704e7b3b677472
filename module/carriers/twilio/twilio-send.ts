import type { Address } from '../../domain/address.ts'
import type { SendFailure, SendOutcome } from '../../domain/delivery.ts'
import type { MessageId } from '../../domain/ids.ts'
import type { Channel, OutboundMessage } from '../../domain/message.ts'
import { type PostResult, postForm } from './post-form.ts'
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

/** A carrier that asks for more is out of order, and the outbox gives up after an hour anyway. */
const longestRetryAfterMs = 60 * 60 * 1000

/** Hands one message to Twilio, once. Never rejects. */
export async function sendByTwilio(message: OutboundMessage, sender: TwilioSender): Promise<SendOutcome> {
  const from = writeTwilioAddress(message.from, message.channel)
  if (from === null) return refuse(wrongAddress('invalid-sender', message.from, message.channel))
  const to = message.to.kind === 'name' ? null : writeTwilioAddress(message.to, message.channel)
  if (to === null) return refuse(wrongAddress('invalid-recipient', message.to, message.channel))

  const form = new URLSearchParams({ To: to, From: from, Body: message.text })
  // With a From besides it, a messaging service lends its features but does not pick another number.
  if (sender.messagingServiceSid !== null && message.channel === 'sms') {
    form.set('MessagingServiceSid', sender.messagingServiceSid)
  }
  const callback = sender.statusCallback(message.messageId)
  if (callback !== null) form.set('StatusCallback', callback)
  const result = await postForm({
    url: new URL(`/2010-04-01/Accounts/${sender.accountSid}/Messages.json`, sender.apiBase),
    user: sender.accountSid,
    password: sender.authToken,
    form,
    deadlineMs: sender.deadlineMs,
  })
  return outcomeOf(result)
}

/** What a result says of the message: only an answer that says so makes it taken, refused or safe to repeat. */
export function outcomeOf(result: PostResult): SendOutcome {
  switch (result.kind) {
    case 'not-written':
      return {
        kind: 'not-processed',
        reason: `Twilio could not be reached: ${result.reason}`,
        retryAfterMs: null,
      }
    case 'lost':
      return { kind: 'unknown', reason: `Twilio did not answer: ${result.reason}` }
    case 'answered':
      return outcomeOfAnswer(result.status, result.retryAfter, readJson(result.body))
    default:
      return result satisfies never
  }
}

function outcomeOfAnswer(status: number, retryAfter: string | null, answer: object | null): SendOutcome {
  const code = numberOf(answer, 'code')
  if (status >= 200 && status < 300) return outcomeOfSuccess(status, answer)
  if (status === 429 || (status >= 400 && status < 500 && code !== null && notProcessedCodes.has(code))) {
    const reason = `Twilio asks to send more slowly (HTTP ${status}${code === null ? '' : `, error ${code}`})`
    return { kind: 'not-processed', reason, retryAfterMs: retryAfterMsOf(retryAfter) }
  }
  // 408: whoever gave up waiting, part of the request may have gone through.
  if (status >= 300 && status < 500 && status !== 408) return refuse(twilioFailure(code, status))
  return { kind: 'unknown', reason: `Twilio answered HTTP ${status}` }
}

function outcomeOfSuccess(status: number, answer: object | null): SendOutcome {
  const sid = textOf(answer, 'sid')
  if (sid === null || !/^[A-Za-z0-9]{2,64}$/.test(sid)) {
    return { kind: 'unknown', reason: `Twilio answered HTTP ${status} without a message id` }
  }
  const state = reportedState(textOf(answer, 'status') ?? '') ?? 'accepted'
  if (state === 'failed') return refuse(twilioFailure(numberOf(answer, 'error_code'), null))
  return { kind: 'taken', carrierMessageId: sid, state }
}

const refuse = (failure: SendFailure): SendOutcome => ({ kind: 'refused', failure })

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

/** Seconds. A date is left alone: the outbox has a backoff of its own. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null || !/^\d{1,9}$/.test(header)) return null
  return Math.min(Number(header) * 1000, longestRetryAfterMs)
}

function readJson(body: string | null): object | null {
  if (body === null) return null
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' ? value : null
  } catch {
    // Not JSON: what matters is that nothing can be read from it.
    return null
  }
}

function textOf(answer: object | null, name: string): string | null {
  const value: unknown = answer === null ? null : Reflect.get(answer, name)
  return typeof value === 'string' ? value : null
}

function numberOf(answer: object | null, name: string): number | null {
  const value: unknown = answer === null ? null : Reflect.get(answer, name)
  return typeof value === 'number' ? value : null
}
