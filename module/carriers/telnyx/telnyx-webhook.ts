import type { AddressReader, WebhookResult } from '../../app/ports/carriers.ts'
import { asMessageId, type CarrierId, type MessageId, type Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { DeliveryReport, ReportedState } from '../../domain/message/delivery.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { MediaRef } from '../../domain/message/message-content.ts'
import { textAt, valueAt } from '../api-answer.ts'
import { carrierWord, cleanText, isCarrierId, listOf, unreadableJson } from '../json-webhook.ts'
import { telnyxFailure } from './telnyx-errors.ts'

/** A call that Telnyx surely made. */
export interface TelnyxCall {
  readonly carrierId: CarrierId
  readonly body: object
  /** Whether a number is one of the account's, as far as its settings say. */
  readonly isOurs: (address: Address) => boolean
  readonly receivedAt: Millis
}

/** The name under which our message id travels in the status URL's query. */
export const messageParameter = 'message'
const messageIdShape = /^[0-9a-f-]{36}$/
const mostMedia = 20
const longestUrl = 2048

/** `delivery_unconfirmed`: it left, and no phone will ever confirm it. Source: Telnyx's "Receiving webhooks". */
const states: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ['queued', 'accepted'],
  ['sending', 'accepted'],
  ['sent', 'sent'],
  ['delivery_unconfirmed', 'sent'],
  ['delivered', 'delivered'],
  ['webhook_delivered', 'delivered'],
  ['sending_failed', 'failed'],
  ['delivery_failed', 'failed'],
  ['expired', 'failed'],
])

/** Undefined for a status that Telnyx may yet invent. */
export const reportedState = (status: string): ReportedState | undefined => states.get(status)

/** Reads one event. The same webhook brings messages and statuses. */
export function readTelnyxCall(call: TelnyxCall, readAddress: AddressReader): WebhookResult {
  const event = textAt(call.body, 'data.event_type')
  const payload = valueAt(call.body, 'data.payload')
  if (event === null || typeof payload !== 'object' || payload === null)
    return unreadableJson('no event: this is not a call of Telnyx')
  switch (event) {
    case 'message.received':
      return readReceived(call, payload, readAddress)
    case 'message.sent':
    case 'message.finalized':
      return readStatus(payload)
    default:
      return content({ unread: `Parley does not read the event ${carrierWord(event, '(without a name)')}.` })
  }
}

function readReceived(call: TelnyxCall, payload: object, readAddress: AddressReader): WebhookResult {
  const id = textAt(payload, 'id')
  const from = textAt(payload, 'from.phone_number')
  if (!isCarrierId(id) || from === null) return unreadableJson('the message has no id or no sender')
  const type = textAt(payload, 'type') ?? 'SMS'
  if (type !== 'SMS' && type !== 'MMS')
    return content({
      unread: `Parley does not read Telnyx’s messages of the type ${carrierWord(type, '?')}.`,
    })
  const did = didOf(payload, call, readAddress)
  if (did === null) return unreadableJson('the message has no recipient')
  return content({
    inbound: {
      carrierId: call.carrierId,
      carrierMessageId: id,
      channel: 'sms',
      sender: readAddress(from),
      senderName: null,
      did,
      content: { kind: 'text', text: readText(payload), media: readMedia(payload) },
      carrierAt: timeOf(textAt(payload, 'received_at') ?? textAt(call.body, 'data.occurred_at')),
      receivedAt: call.receivedAt,
    },
  })
}

/**
 * A group MMS names everybody it went to. Ours is the one that this webhook was called for; where that is not said,
 * the first of the account's numbers.
 */
function didOf(payload: object, { isOurs }: TelnyxCall, readAddress: AddressReader): Address | null {
  const recipients = [...listOf(valueAt(payload, 'to')), ...listOf(valueAt(payload, 'cc'))].flatMap(
    (entry) => {
      const number = textAt(entry, 'phone_number')
      if (number === null) return []
      const address = readAddress(number)
      const called = textAt(entry, 'status') === 'webhook_delivered'
      return [{ address, rank: (isOurs(address) ? 2 : 0) + (called ? 1 : 0) }]
    },
  )
  const best = Math.max(...recipients.map(({ rank }) => rank))
  return recipients.find(({ rank }) => rank === best)?.address ?? null
}

function readText(payload: object): string {
  const text = cleanText(textAt(payload, 'text') ?? '')
  const subject = cleanText(textAt(payload, 'subject') ?? '').trim()
  return [subject === text ? '' : subject, text].filter((part) => part !== '').join('\n')
}

function readMedia(payload: object): readonly MediaRef[] {
  return listOf(valueAt(payload, 'media'))
    .slice(0, mostMedia)
    .flatMap((item) => {
      const url = textAt(item, 'url')
      if (url === null || url.length > longestUrl || !url.startsWith('https://') || !URL.canParse(url))
        return []
      const type = textAt(item, 'content_type')
      return [
        { url, contentType: type !== null && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.slice(0, 100) : null },
      ]
    })
}

function timeOf(written: string | null): Millis | null {
  if (written === null || !/^\d{4}-\d\d-\d\dT[\d:.]{8,20}(Z|[+-]\d\d:\d\d)$/.test(written)) return null
  const at = Date.parse(written)
  return at > 0 ? at : null
}

function readStatus(payload: object): WebhookResult {
  const id = textAt(payload, 'id')
  if (!isCarrierId(id)) return unreadableJson('the status has no message id')
  const said = textAt(payload, 'to.0.status')
  const state = reportedState(said ?? '')
  if (state === undefined)
    return content({ unread: `The status ${carrierWord(said, '(none)')} is not known.` })
  const ours = ourMessageId(textAt(payload, 'webhook_url'))
  return content({
    report: {
      carrierMessageId: id,
      ...(ours === null ? {} : { messageId: ours }),
      state,
      failure: state === 'failed' ? telnyxFailure(codeAt(payload, 'errors.0.code'), null) : null,
    },
  })
}

/**
 * Our own id, out of the status URL that we gave with the message. It is read where Telnyx repeats it, since the
 * signature covers the body and not the URL that was called.
 */
export function ourMessageId(statusUrl: string | null): MessageId | null {
  if (statusUrl === null || statusUrl.length > longestUrl || !URL.canParse(statusUrl)) return null
  const ours = new URL(statusUrl).searchParams.get(messageParameter)
  return ours !== null && messageIdShape.test(ours) ? asMessageId(ours) : null
}

/** Telnyx writes codes as texts. */
export function codeAt(value: unknown, path: string): string | null {
  const code = valueAt(value, path)
  const text = typeof code === 'number' ? String(code) : code
  return typeof text === 'string' && /^\d{1,8}$/.test(text) ? text : null
}

function content(found: {
  readonly inbound?: InboundMessage
  readonly report?: DeliveryReport
  readonly unread?: string
}): WebhookResult {
  return {
    kind: 'content',
    inbound: found.inbound === undefined ? [] : [found.inbound],
    reports: found.report === undefined ? [] : [found.report],
    ...(found.unread === undefined ? {} : { unread: [found.unread] }),
    answer: { status: 200, contentType: 'text/plain', body: '' },
  }
}
