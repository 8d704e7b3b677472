import type { AddressReader, WebhookResult } from '../../app/ports/carriers.ts'
import { asMessageId, type CarrierId, type Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { DeliveryReport, ReportedState } from '../../domain/message/delivery.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import { numberAt, textAt, valueAt } from '../api-answer.ts'
import { displayName } from '../display-name.ts'
import { carrierWord, isCarrierId, listOf, unreadableJson } from '../json-webhook.ts'
import { readWhatsAppSender } from './whatsapp-address.ts'
import { readWhatsAppContent } from './whatsapp-content.ts'
import { whatsAppFailure } from './whatsapp-errors.ts'

/** A call that Meta surely made. */
export interface WhatsAppCall {
  readonly carrierId: CarrierId
  readonly body: object
  /** The account's numbers, by their phone number ids. */
  readonly numbers: ReadonlyMap<string, Address>
  readonly receivedAt: Millis
  /** Called for each message, since an answer to it must go through the number that it came to. */
  readonly onMessage?: (carrierMessageId: string, phoneNumberId: string) => void
}

const messageIdShape = /^[0-9a-f-]{36}$/

/** `warning` and `deleted` say nothing of whether it arrived. Source: Meta's "status messages webhook reference". */
const states: ReadonlyMap<string, ReportedState | null> = new Map<string, ReportedState | null>([
  ['accepted', 'accepted'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
  ['warning', null],
  ['deleted', null],
])

interface Found {
  readonly inbound: InboundMessage[]
  readonly reports: DeliveryReport[]
  /** Why something was not read; many of a kind are one. */
  readonly unread: Set<string>
}

/** Reads a call, which may bring a thousand updates for several numbers; what is wrong with one leaves the others be. */
export function readWhatsAppCall(call: WhatsAppCall, readAddress: AddressReader): WebhookResult {
  const changes = listOf(valueAt(call.body, 'entry')).flatMap((entry) => listOf(valueAt(entry, 'changes')))
  if (changes.length === 0) return unreadableJson('no changes: this is not a call of WhatsApp')
  const found: Found = { inbound: [], reports: [], unread: new Set() }
  for (const change of changes) readChange(change, call, readAddress, found)
  return {
    kind: 'content',
    inbound: found.inbound,
    reports: found.reports,
    ...(found.unread.size === 0 ? {} : { unread: [...found.unread].slice(0, 100) }),
    answer: { status: 200, contentType: 'text/plain', body: '' },
  }
}

function readChange(change: unknown, call: WhatsAppCall, readAddress: AddressReader, found: Found): void {
  const field = textAt(change, 'field')
  if (field !== 'messages') {
    found.unread.add(`Parley does not read the webhook field ${carrierWord(field, '(without a name)')}.`)
    return
  }
  const value = valueAt(change, 'value')
  const phoneNumberId = textAt(value, 'metadata.phone_number_id') ?? ''
  const did = call.numbers.get(phoneNumberId)
  if (did === undefined) {
    const id = carrierWord(phoneNumberId, '(none)')
    found.unread.add(`The phone number id ${id} is not one of this account. Add it to its phone numbers.`)
    return
  }
  for (const error of listOf(valueAt(value, 'errors')))
    found.unread.add(`WhatsApp reports error ${numberAt(error, 'code') ?? '(without a code)'}.`)
  const contacts = listOf(valueAt(value, 'contacts'))
  for (const message of listOf(valueAt(value, 'messages'))) {
    const read = readMessage(message, { call, did, contacts, readAddress })
    if (typeof read === 'string') found.unread.add(read)
    else {
      found.inbound.push(read)
      call.onMessage?.(read.carrierMessageId, phoneNumberId)
    }
  }
  for (const status of listOf(valueAt(value, 'statuses'))) {
    const read = readStatus(status)
    if (typeof read === 'string') found.unread.add(read)
    else if (read !== null) found.reports.push(read)
  }
}

interface Around {
  readonly call: WhatsAppCall
  readonly did: Address
  readonly contacts: readonly unknown[]
  readonly readAddress: AddressReader
}

function readMessage(
  message: unknown,
  { call, did, contacts, readAddress }: Around,
): InboundMessage | string {
  if (typeof message !== 'object' || message === null) return 'A message is not an object.'
  const id = textAt(message, 'id')
  if (!isCarrierId(id)) return 'A message has no id.'
  const number = textAt(message, 'from')
  const user = textAt(message, 'from_user_id')
  const contact = contactOf(contacts, number, user)
  const sender = readWhatsAppSender(
    number ?? textAt(contact, 'wa_id'),
    user ?? textAt(contact, 'user_id'),
    readAddress,
  )
  if (sender === null) return 'A message has neither the number nor the user id of its sender.'
  const name = displayName(textAt(contact, 'profile.name') ?? textAt(contact, 'profile.username') ?? '')
  const repliesTo = textAt(message, 'context.id')
  return {
    carrierId: call.carrierId,
    carrierMessageId: id,
    channel: 'whatsapp',
    sender,
    senderName: name === '' ? null : name,
    did,
    content: readWhatsAppContent(message),
    ...(isCarrierId(repliesTo) ? { repliesTo } : {}),
    carrierAt: secondsAt(message, 'timestamp'),
    receivedAt: call.receivedAt,
  }
}

/** That of the sender; the only one there is, where a user without a number leaves nothing to compare. */
function contactOf(contacts: readonly unknown[], number: string | null, user: string | null): unknown {
  const own = contacts.find(
    (contact) =>
      (number !== null && textAt(contact, 'wa_id') === number) ||
      (user !== null && textAt(contact, 'user_id') === user),
  )
  return own ?? (contacts.length === 1 ? contacts[0] : undefined)
}

function secondsAt(message: object, path: string): Millis | null {
  const seconds = valueAt(message, path)
  const written = typeof seconds === 'number' ? String(seconds) : seconds
  return typeof written === 'string' && /^[1-9]\d{0,10}$/.test(written) ? Number(written) * 1000 : null
}

/** Null for a status that says nothing of the delivery. */
function readStatus(status: unknown): DeliveryReport | string | null {
  const id = textAt(status, 'id')
  if (!isCarrierId(id)) return 'A status has no message id.'
  const said = textAt(status, 'status')
  const state = states.get(said ?? '')
  if (state === undefined) return `The status ${carrierWord(said, '(none)')} is not known.`
  if (state === null) return null
  const ours = textAt(status, 'biz_opaque_callback_data')
  return {
    carrierMessageId: id,
    ...(ours !== null && messageIdShape.test(ours) ? { messageId: asMessageId(ours) } : {}),
    state,
    failure: state === 'failed' ? whatsAppFailure(numberAt(status, 'errors.0.code'), null) : null,
  }
}
