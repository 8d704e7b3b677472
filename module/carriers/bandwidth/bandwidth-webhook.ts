import type { AddressReader, WebhookAnswer, WebhookRequest, WebhookResult } from '../../app/ports/carriers.ts'
import { asMessageId, type CarrierId } from '../../domain/ids.ts'
import type { DeliveryReport, ReportedState } from '../../domain/message/delivery.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { MediaRef, MessageContent } from '../../domain/message/message-content.ts'
import { numberAt, textAt, valueAt } from '../api-answer.ts'
import { cleanText, isJsonType, readJsonBody } from '../json-webhook.ts'
import { bandwidthFailure } from './bandwidth-errors.ts'

/** A callback holds one event, in a list; more have never been seen, and nothing forbids them. */
const mostEvents = 1000
const mostMedia = 20
const longestUrl = 4096
const idShape = /^[\x21-\x7e]{1,200}$/
const messageIdShape = /^[0-9a-f-]{36}$/
const taken: WebhookAnswer = { status: 200, contentType: 'text/plain', body: 'ok' }

const states: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ['message-sending', 'accepted'],
  ['message-sent', 'sent'],
  ['message-delivered', 'delivered'],
  ['message-read', 'read'],
  ['message-failed', 'failed'],
])
const inboundTypes: ReadonlySet<string> = new Set([
  'message-received',
  'requested-location-response',
  'suggestion-response',
])

/** A part of a call that can't be read; the message says why, without a word of its content. */
class Unread extends Error {}

/** Reads a callback that is surely Bandwidth's: a list of events. */
export function readBandwidthCall(
  request: WebhookRequest,
  carrierId: CarrierId,
  readAddress: AddressReader,
): WebhookResult {
  const events = eventsOf(request)
  if (events === null) return unreadable('the body is no list of events')
  const inbound: InboundMessage[] = []
  const reports: DeliveryReport[] = []
  const unread: string[] = []
  for (const event of events.slice(0, mostEvents)) {
    try {
      const type = textAt(event, 'type') ?? ''
      if (inboundTypes.has(type)) inbound.push(readMessage(event, type, request, carrierId, readAddress))
      else if (type.startsWith('message-')) reports.push(...readReport(event, type))
      else throw new Unread('an event is of no kind that is known')
    } catch (error) {
      if (!(error instanceof Unread)) throw error
      unread.push(error.message)
    }
  }
  if (events.length > mostEvents) unread.push(`it holds more than ${mostEvents} events`)
  const [reason] = unread
  if (reason !== undefined && inbound.length + reports.length === 0) return unreadable(reason)
  return {
    kind: 'content',
    inbound,
    reports,
    ...(unread.length > 0 ? { unread: [...new Set(unread)] } : {}),
    answer: taken,
  }
}

function eventsOf({ body, headers }: WebhookRequest): readonly unknown[] | null {
  if (!isJsonType(headers['content-type'])) return null
  const value = readJsonBody(body)
  return Array.isArray(value) && value.length > 0 ? value : null
}

function readMessage(
  event: unknown,
  type: string,
  { receivedAt }: WebhookRequest,
  carrierId: CarrierId,
  readAddress: AddressReader,
): InboundMessage {
  const id = textAt(event, 'message.id') ?? ''
  const from = textAt(event, 'message.from') ?? ''
  const to = textAt(event, 'to') ?? textAt(event, 'message.owner') ?? ''
  if (!idShape.test(id)) throw new Unread('a message has no usable id')
  if (from === '' || to === '') throw new Unread('a message does not say whom it is from or to')
  const repliesTo = textAt(event, 'message.suggestionResponse.pairedMessageId')
  const at = Date.parse(textAt(event, 'message.time') ?? textAt(event, 'time') ?? '')
  return {
    carrierId,
    carrierMessageId: id,
    channel: 'sms',
    sender: readAddress(from),
    senderName: null,
    did: readAddress(to),
    content: contentOf(event, type),
    ...(repliesTo !== null && idShape.test(repliesTo) ? { repliesTo } : {}),
    carrierAt: Number.isFinite(at) && at > 0 ? at : null,
    receivedAt,
  }
}

function contentOf(event: unknown, type: string): MessageContent {
  const clean = (path: string): string | null => {
    const text = textAt(event, path)
    return text === null ? null : cleanText(text)
  }
  if (type === 'requested-location-response') {
    const latitude = numberAt(event, 'message.locationResponse.latitude')
    const longitude = numberAt(event, 'message.locationResponse.longitude')
    if (latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
      return { kind: 'location', latitude, longitude, name: null, address: null }
    return { kind: 'unsupported', what: 'a location' }
  }
  if (type === 'suggestion-response') {
    const text = clean('message.suggestionResponse.text') ?? clean('message.text') ?? ''
    const payload = clean('message.suggestionResponse.postbackData')
    return text === ''
      ? { kind: 'unsupported', what: 'a choice' }
      : { kind: 'choice', text, description: null, payload }
  }
  return { kind: 'text', text: clean('message.text') ?? '', media: mediaOf(event) }
}

function mediaOf(event: unknown): readonly MediaRef[] {
  const urls = valueAt(event, 'message.media')
  if (!Array.isArray(urls)) return []
  return urls.slice(0, mostMedia).flatMap((url: unknown): readonly MediaRef[] => {
    // Whoever fetches it sends our credentials along: nothing but https may ever stand here.
    if (typeof url !== 'string' || url.length > longestUrl) return []
    if (!url.startsWith('https://') || !URL.canParse(url)) return []
    // How a phone laid an MMS out: nothing for a reader.
    return new URL(url).pathname.toLowerCase().endsWith('.smil') ? [] : [{ url, contentType: null }]
  })
}

function readReport(event: unknown, type: string): readonly DeliveryReport[] {
  const carrierMessageId = textAt(event, 'message.id') ?? ''
  if (!idShape.test(carrierMessageId)) throw new Unread('a report names no message')
  const state = states.get(type)
  // A word of tomorrow says nothing that we know.
  if (state === undefined) return []
  const tag = textAt(event, 'message.tag') ?? ''
  return [
    {
      carrierMessageId,
      ...(messageIdShape.test(tag) ? { messageId: asMessageId(tag) } : {}),
      state,
      failure: state === 'failed' ? bandwidthFailure(codeOf(event), null) : null,
    },
  ]
}

function codeOf(event: unknown): number | null {
  const code = numberAt(event, 'errorCode') ?? Number(textAt(event, 'errorCode') ?? Number.NaN)
  return Number.isInteger(code) && code > 0 && code < 100_000 ? code : null
}

/** Answered as if all were well: Bandwidth would bring the same call again for a day. */
const unreadable = (reason: string): WebhookResult => ({ kind: 'unreadable', reason, answer: taken })
