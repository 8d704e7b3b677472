import type { InquiryAnswer, ProbeResult } from '../../app/ports/carriers.ts'
import type { Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { ReportedState, SendFailure, SendOutcome } from '../../domain/message/delivery.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import { numberAt, readJson, refuse, sendOutcomeOf, textAt, valueAt } from '../api-answer.ts'
import { type ApiResult, basicAuth, callApi } from '../call-api.ts'
import { bandwidthFailure } from './bandwidth-errors.ts'

export interface BandwidthSender {
  readonly accountId: string
  readonly applicationId: string
  readonly user: string
  readonly password: string
  /** `https://messaging.bandwidth.com` */
  readonly apiBase: string
  readonly deadlineMs: number
  readonly now: () => Millis
}

/** Hands one message to Bandwidth, once; our id travels as its tag. Never rejects. */
export async function sendByBandwidth(
  message: OutboundMessage,
  sender: BandwidthSender,
): Promise<SendOutcome> {
  const { content } = message
  if (content.kind === 'template')
    return refuse({
      code: 'template',
      carrierCode: null,
      sentence: 'Bandwidth sends no templates. Write a text instead.',
    })
  const from = write(message.from, true)
  if (from === null) return refuse(wrongAddress('invalid-sender', message.from))
  const to = write(message.to, false)
  if (to === null) return refuse(wrongAddress('invalid-recipient', message.to))
  const media = content.media.map(({ url }) => url)
  const result = await callApi({
    method: 'POST',
    url: messagesOf(sender),
    headers: {
      authorization: basicAuth(sender.user, sender.password),
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({
      applicationId: sender.applicationId,
      to: [to],
      from,
      text: content.text,
      ...(media.length > 0 ? { media } : {}),
      tag: message.messageId,
    }),
    deadlineMs: sender.deadlineMs,
  })
  return sendOutcomeOf('Bandwidth', result, ({ status, retryAfterMs, body }) => {
    if (status >= 200 && status < 300) {
      const id = textAt(body, 'id')
      return id !== null && /^[\x21-\x7e]{1,200}$/.test(id)
        ? { kind: 'taken', carrierMessageId: id, state: 'accepted' }
        : { kind: 'unknown', reason: `Bandwidth answered HTTP ${status} without a message id` }
    }
    if (status === 429) {
      const reason = `Bandwidth’s queue for this account is full (${textAt(body, 'type') ?? 'HTTP 429'})`
      return { kind: 'not-processed', reason, retryAfterMs, holds: 'carrier' }
    }
    // 408: whoever gave up waiting, part of the request may have gone through.
    if (status >= 300 && status < 500 && status !== 408) return refuse(failureOf(status, body))
    return { kind: 'unknown', reason: `Bandwidth answered HTTP ${status}` }
  })
}

const messagesOf = ({ accountId, apiBase }: BandwidthSender): URL =>
  new URL(`/api/v2/users/${encodeURIComponent(accountId)}/messages`, apiBase)

/** Which field Bandwidth did not like says more than that it did not. */
function failureOf(status: number, body: object | null): SendFailure {
  const failure = bandwidthFailure(null, status)
  const fields = valueAt(body, 'fieldErrors')
  const names = Array.isArray(fields) ? fields.map((field: unknown) => textAt(field, 'fieldName') ?? '') : []
  const carrierCode = textAt(body, 'type')?.slice(0, 100) ?? null
  if (names.some((name) => name.startsWith('to')))
    return {
      code: 'invalid-recipient',
      carrierCode,
      sentence: 'This is not a number that can receive messages. Check the number.',
    }
  if (names.includes('from'))
    return {
      code: 'invalid-sender',
      carrierCode,
      sentence: 'This business number cannot send messages by Bandwidth. Choose another one.',
    }
  if (names.includes('text'))
    return {
      code: 'too-long',
      carrierCode,
      sentence: 'Bandwidth does not take this text: it takes 2048 characters. Send it in parts.',
    }
  if (names.some((name) => name.startsWith('media')))
    return { code: 'media', carrierCode, sentence: 'Bandwidth does not take this file. Send a smaller one.' }
  return { ...failure, carrierCode }
}

function write(address: Address, isSender: boolean): string | null {
  switch (address.kind) {
    case 'number':
      return /^\+\d{7,15}$/.test(address.value) ? address.value : null
    case 'short-code':
      return /^\d{3,8}$/.test(address.value) ? address.value : null
    case 'name':
      return isSender && /^(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}$/.test(address.value) ? address.value : null
    case 'whatsapp-user':
      return null
    default:
      return address satisfies never
  }
}

const wrongAddress = (code: 'invalid-sender' | 'invalid-recipient', { value }: Address): SendFailure => ({
  code,
  carrierCode: null,
  sentence: `Messages cannot be sent ${code === 'invalid-sender' ? 'from' : 'to'} ${value}. Choose a number instead.`,
})

const listStates: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ['QUEUED', 'accepted'],
  ['ACCEPTED', 'accepted'],
  ['SENDING', 'accepted'],
  ['SENT', 'sent'],
  ['DELIVERED', 'delivered'],
  ['FAILED', 'failed'],
  ['UNDELIVERED', 'failed'],
])
/** Clocks differ, and Bandwidth's list is some time behind. */
const beforeMs = 60_000
const afterMs = 10 * 60_000
const listIsBehindMs = 2 * 60_000

/**
 * Asks for the messages between the two numbers at that time. Bandwidth's list has neither the text nor our tag, so one
 * message of the same length is ours and two are anybody's guess; only an empty list, asked late enough, says never.
 */
export async function askBandwidth(
  message: OutboundMessage,
  sentAt: Millis,
  sender: BandwidthSender,
): Promise<InquiryAnswer> {
  const url = messagesOf(sender)
  const iso = (time: Millis) => new Date(time).toISOString()
  const filters = {
    sourceTn: message.from.value,
    destinationTn: message.to.value,
    messageDirection: 'OUTBOUND',
    fromDateTime: iso(sentAt - beforeMs),
    toDateTime: iso(sentAt + afterMs),
    limit: '100',
  }
  for (const [name, value] of Object.entries(filters)) url.searchParams.set(name, value)
  const result = await get(url, sender)
  if (result.kind !== 'answered') return { kind: 'no-answer', reason: result.reason }
  const list = valueAt(readJson(result.body), 'messages')
  if (result.status !== 200 || !Array.isArray(list))
    return { kind: 'no-answer', reason: `Bandwidth answered HTTP ${result.status}` }
  if (list.length === 0) {
    return sender.now() - sentAt < listIsBehindMs
      ? { kind: 'no-answer', reason: 'it is too early to know: Bandwidth’s list is some minutes behind' }
      : { kind: 'never-taken' }
  }
  const length = message.content.text.length
  const [only, ...others] = list.filter((item) => numberAt(item, 'messageLength') === length)
  const id = textAt(only, 'messageId')
  const state = listStates.get(textAt(only, 'messageStatus') ?? '')
  if (others.length > 0 || id === null || state === undefined)
    return { kind: 'no-answer', reason: 'Bandwidth’s list does not tell this message from the others' }
  const failure = state === 'failed' ? bandwidthFailure(numberAt(only, 'errorCode'), null) : null
  return { kind: 'found', report: { carrierMessageId: id, messageId: message.messageId, state, failure } }
}

/** Whether Bandwidth still takes our credentials. */
export async function probeBandwidth(sender: BandwidthSender): Promise<ProbeResult> {
  const url = messagesOf(sender)
  // It wants at least one condition; the answer's content does not matter.
  url.searchParams.set('limit', '1')
  url.searchParams.set('messageDirection', 'OUTBOUND')
  const result = await get(url, sender)
  if (result.kind !== 'answered') return { kind: 'unreachable', reason: result.reason }
  const { status } = result
  if (status === 401 || status === 403 || status === 404) {
    const sentence =
      'Bandwidth does not accept the account. Check the account id and the API credentials in the Bandwidth dashboard.'
    return { kind: 'invalid', sentence }
  }
  return status === 200
    ? { kind: 'valid', expiresAt: null }
    : { kind: 'unreachable', reason: `HTTP ${status}` }
}

const get = (url: URL, { user, password, deadlineMs }: BandwidthSender): Promise<ApiResult> =>
  callApi({
    method: 'GET',
    url,
    headers: { authorization: basicAuth(user, password) },
    body: null,
    deadlineMs,
    longestAnswerBytes: 512 * 1024,
  })
