import type { InquiryAnswer, ProbeResult } from '../../app/ports/carriers.ts'
import type { MessageId, Millis } from '../../domain/ids.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import { numberAt, readJson, textAt, valueAt } from '../api-answer.ts'
import { type ApiResult, basicAuth, callApi } from '../call-api.ts'
import { writeTwilioAddress } from './twilio-address.ts'
import { twilioFailure } from './twilio-errors.ts'
import type { TwilioSender } from './twilio-send.ts'
import { reportedState } from './twilio-webhook.ts'

/** Times are in whole seconds, and clocks differ. */
const beforeMs = 10_000
const afterMs = 2 * 60_000
/** A send that we gave up on may still be on its way to the list. */
const settledAfterMs = 60_000
const pageSize = 50
const mostRemembered = 5000

/**
 * Asks what became of a send whose answer never came: the newest messages between the two addresses, one of the same
 * text and time among them. The list does not hold our id, so that two alike can't be told apart; those whose id we
 * were given when they were sent are known and left out.
 */
export function createTwilioInquiry(sender: TwilioSender) {
  const known = new Map<string, MessageId>()

  return {
    remember(carrierMessageId: string, messageId: MessageId): void {
      known.set(carrierMessageId, messageId)
      for (const oldest of known.keys()) {
        if (known.size <= mostRemembered) break
        known.delete(oldest)
      }
    },

    async ask(message: OutboundMessage, sentAt: Millis): Promise<InquiryAnswer> {
      const to = writeTwilioAddress(message.to, message.channel)
      const from = writeTwilioAddress(message.from, message.channel)
      // What can't be written was never sent.
      if (to === null || from === null) return { kind: 'never-taken' }
      const url = new URL(`${sender.accountPath}/Messages.json`, sender.apiBase)
      url.searchParams.set('To', to)
      url.searchParams.set('From', from)
      url.searchParams.set('PageSize', String(pageSize))
      const result = await get(url, sender)
      if (result.kind !== 'answered') return { kind: 'no-answer', reason: result.reason }
      const list = valueAt(readJson(result.body), 'messages')
      if (result.status !== 200 || !Array.isArray(list))
        return { kind: 'no-answer', reason: `${sender.vendor} answered HTTP ${result.status}` }
      const createdAt = (item: unknown): number => Date.parse(textAt(item, 'date_created') ?? '')
      const alike = list.filter((item: unknown) => {
        const at = createdAt(item)
        const owner = known.get(textAt(item, 'sid') ?? '')
        const text = textAt(item, 'body') ?? ''
        return (
          at >= sentAt - beforeMs &&
          at <= sentAt + afterMs &&
          (owner === undefined || owner === message.messageId) &&
          // A trial account puts its own words before ours.
          text.endsWith(message.content.text)
        )
      })
      const [only, ...others] = alike
      if (others.length > 0)
        return { kind: 'no-answer', reason: 'several messages of the same text were sent at that time' }
      if (only !== undefined) return found(only, message.messageId, sender.vendor)
      const isWhole =
        list.length < pageSize || list.some((item: unknown) => createdAt(item) < sentAt - beforeMs)
      if (!isWhole) return { kind: 'no-answer', reason: 'the list of messages does not reach back so far' }
      if (sender.now() - sentAt < settledAfterMs)
        return { kind: 'no-answer', reason: 'it is too early to know' }
      // Of a template the list tells the text that the vendor made of it, which need not be ours to the letter.
      return message.content.kind === 'template'
        ? {
            kind: 'no-answer',
            reason: 'no message of this text is in the list; a template may read otherwise there',
          }
        : { kind: 'never-taken' }
    },
  }
}

function found(item: unknown, messageId: MessageId, vendor: string): InquiryAnswer {
  const carrierMessageId = textAt(item, 'sid') ?? ''
  if (!/^[A-Za-z0-9-]{2,64}$/.test(carrierMessageId))
    return { kind: 'no-answer', reason: 'the list names no id' }
  const state = reportedState(textAt(item, 'status') ?? '') ?? 'accepted'
  const failure = state === 'failed' ? twilioFailure(numberAt(item, 'error_code'), null, vendor) : null
  return { kind: 'found', report: { carrierMessageId, messageId, state, failure } }
}

/** Whether the vendor still takes our credentials, and the account is not suspended. */
export async function probeTwilio(sender: TwilioSender): Promise<ProbeResult> {
  const { vendor } = sender
  const result = await get(new URL(`${sender.accountPath}.json`, sender.apiBase), sender)
  if (result.kind !== 'answered') return { kind: 'unreachable', reason: result.reason }
  const { status } = result
  if (status === 401 || status === 403 || status === 404) {
    const sentence = `${vendor} does not accept the account. Check the account and its token in the ${vendor} console.`
    return { kind: 'invalid', sentence }
  }
  const state = textAt(readJson(result.body), 'status')
  if (status === 200 && (state === 'suspended' || state === 'closed'))
    return {
      kind: 'invalid',
      sentence: `The ${vendor} account is ${state}. Look into the ${vendor} console.`,
    }
  return status === 200
    ? { kind: 'valid', expiresAt: null }
    : { kind: 'unreachable', reason: `HTTP ${status}` }
}

const get = (url: URL, { accountSid, authToken, deadlineMs }: TwilioSender): Promise<ApiResult> =>
  callApi({
    method: 'GET',
    url,
    headers: { authorization: basicAuth(accountSid, authToken) },
    body: null,
    deadlineMs,
    longestAnswerBytes: 1024 * 1024,
  })
