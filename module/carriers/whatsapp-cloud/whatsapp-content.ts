import type {
  ContactCard,
  MediaRef,
  MessageContent,
  OrderItem,
} from '../../domain/message/message-content.ts'
import { numberAt, readJson, textAt, valueAt } from '../api-answer.ts'
import { displayName } from '../display-name.ts'
import { carrierWord, cleanText, isCarrierId, listOf } from '../json-webhook.ts'

/** Meta's media ids are numbers. */
export const mediaIdShape = /^\d{1,40}$/
const mostListed = 100

type Reader = (message: object, type: string) => MessageContent | null

/** By the message's `type`. Source: Meta's "messages webhook reference". */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', (message) => textContent(textAt(message, 'text.body'))],
  ['image', readMedia],
  ['video', readMedia],
  ['audio', readMedia],
  ['document', readMedia],
  ['sticker', readMedia],
  ['location', readLocation],
  ['contacts', readContacts],
  ['interactive', readInteractive],
  ['button', readButton],
  ['reaction', readReaction],
  ['order', readOrder],
  ['system', readSystem],
  [
    'request_welcome',
    () => ({ kind: 'carrier-notice', text: 'The customer opened the chat for the first time.' }),
  ],
  ['edit', readEdit],
  ['revoke', readRevoke],
])

/** What a message says. What can't be read is `unsupported`, and says what it was. */
export function readWhatsAppContent(message: object): MessageContent {
  const type = textAt(message, 'type') ?? ''
  return readers.get(type)?.(message, type) ?? unsupported(message, type)
}

function unsupported(message: object, type: string): MessageContent {
  const named = type === 'unsupported' || type === 'unknown' ? textAt(message, 'unsupported.type') : type
  return { kind: 'unsupported', what: carrierWord(named, 'message') }
}

const textContent = (text: string | null, media: readonly MediaRef[] = []): MessageContent | null =>
  text === null ? null : { kind: 'text', text: cleanText(text), media }

function readMedia(message: object, type: string): MessageContent | null {
  const file = valueAt(message, type)
  const id = textAt(file, 'id')
  // Without an id WhatsApp could not fetch it from the customer's phone either.
  if (id === null || !mediaIdShape.test(id)) return null
  const fileName = displayName(textAt(file, 'filename') ?? '')
  const role = type === 'sticker' ? 'sticker' : valueAt(file, 'voice') === true ? 'voice' : null
  const media: MediaRef = {
    url: id,
    contentType: contentTypeOf(textAt(file, 'mime_type')),
    ...(fileName === '' ? {} : { fileName }),
    ...(role === null ? {} : { role }),
  }
  return textContent(textAt(file, 'caption') ?? '', [media])
}

const contentTypeOf = (type: string | null): string | null =>
  type !== null && /^[\w.+-]+\/[\w.+-]+(;[ -~]*)?$/.test(type) ? type.slice(0, 100) : null

function readLocation(message: object): MessageContent | null {
  const latitude = degreesAt(message, 'location.latitude', 90)
  const longitude = degreesAt(message, 'location.longitude', 180)
  if (latitude === null || longitude === null) return null
  return {
    kind: 'location',
    latitude,
    longitude,
    name: lineAt(message, 'location.name'),
    address: lineAt(message, 'location.address'),
  }
}

function degreesAt(message: object, path: string, most: number): number | null {
  const found = valueAt(message, path)
  const text = typeof found === 'string' && /^-?\d{1,3}(\.\d{1,30})?$/.test(found) ? Number(found) : found
  return typeof text === 'number' && Math.abs(text) <= most ? text : null
}

/** A text that stands in one line; null where there is none. */
function lineAt(value: unknown, path: string): string | null {
  const line = cleanText(textAt(value, path) ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500)
  return line === '' ? null : line.toWellFormed()
}

function readContacts(message: object): MessageContent | null {
  const cards = listOf(valueAt(message, 'contacts')).slice(0, mostListed).map(readCard)
  return cards.length === 0 ? null : { kind: 'contact-cards', cards }
}

function readCard(contact: unknown): ContactCard {
  const texts = (list: string, ...names: readonly string[]) =>
    listOf(valueAt(contact, list))
      .slice(0, mostListed)
      .flatMap((item) => names.map((name) => lineAt(item, name)).find((text) => text !== null) ?? [])
  const phones = texts('phones', 'phone', 'wa_id')
  return {
    name: displayName(textAt(contact, 'name.formatted_name') ?? '') || (phones[0] ?? 'Without a name'),
    organisation: lineAt(contact, 'org.company'),
    phones,
    emails: texts('emails', 'email'),
  }
}

const choice = (
  text: string | null,
  payload: string | null,
  description: string | null = null,
): MessageContent | null =>
  text === null
    ? null
    : { kind: 'choice', text, description, payload: payload === null ? null : cleanText(payload) }

function readButton(message: object): MessageContent | null {
  return choice(lineAt(message, 'button.text'), textAt(message, 'button.payload'))
}

function readInteractive(message: object): MessageContent | null {
  const interactive = valueAt(message, 'interactive')
  switch (textAt(interactive, 'type')) {
    case 'button_reply':
      return choice(lineAt(interactive, 'button_reply.title'), textAt(interactive, 'button_reply.id'))
    case 'list_reply':
      return choice(
        lineAt(interactive, 'list_reply.title'),
        textAt(interactive, 'list_reply.id'),
        lineAt(interactive, 'list_reply.description'),
      )
    case 'nfm_reply':
      return readForm(interactive)
    case 'call_permission_reply':
      return choice(
        textAt(interactive, 'call_permission_reply.response') === 'accept'
          ? 'Calls allowed'
          : 'Calls refused',
        null,
      )
    default:
      return null
  }
}

/** A form filled in: its answers are JSON inside a text, and what they are called is the business's own. */
function readForm(interactive: unknown): MessageContent | null {
  const written = textAt(interactive, 'nfm_reply.response_json')
  const answers = Object.entries(readJson(written) ?? {})
    .filter(([name]) => name !== 'flow_token')
    .slice(0, mostListed)
    .flatMap(([name, answer]) => {
      const said = typeof answer === 'string' ? answer : typeof answer === 'number' ? String(answer) : null
      return said === null ? [] : [`${displayName(name)}: ${cleanText(said)}`]
    })
  const body = lineAt(interactive, 'nfm_reply.body')
  return choice(
    body === null || body === 'Sent' ? 'Form' : body,
    written,
    answers.length === 0 ? null : answers.join('\n'),
  )
}

function readReaction(message: object): MessageContent | null {
  const refersTo = textAt(message, 'reaction.message_id')
  if (!isCarrierId(refersTo)) return null
  const emoji = lineAt(message, 'reaction.emoji')
  return { kind: 'reaction', emoji: emoji === null ? null : emoji.slice(0, 50).toWellFormed(), refersTo }
}

function readOrder(message: object): MessageContent | null {
  const items = listOf(valueAt(message, 'order.product_items')).slice(0, mostListed).map(readItem)
  const text = cleanText(textAt(message, 'order.text') ?? '')
  return items.length === 0 ? null : { kind: 'order', items, text: text === '' ? null : text }
}

function readItem(item: unknown): OrderItem {
  const quantity = Number(valueAt(item, 'quantity') ?? 1)
  const price = numberAt(item, 'item_price') ?? textAt(item, 'item_price')
  const currency = textAt(item, 'currency')
  return {
    product: displayName(textAt(item, 'product_retailer_id') ?? '') || 'Product',
    quantity: Number.isSafeInteger(quantity) && quantity > 0 ? quantity : 1,
    price: price !== null && /^\d{1,15}(\.\d{1,6})?$/.test(String(price)) ? String(price) : null,
    currency: currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : null,
  }
}

function readSystem(message: object): MessageContent | null {
  const body = lineAt(message, 'system.body')
  if (body !== null) return { kind: 'carrier-notice', text: body }
  const type = textAt(message, 'system.type')
  const changed = type === 'customer_identity_changed' ? 'identity' : 'number'
  return type === null
    ? null
    : { kind: 'carrier-notice', text: `The customer’s WhatsApp ${changed} changed.` }
}

/** An edit bears the message anew; of a file its caption alone can have changed. */
function readEdit(message: object): MessageContent | null {
  const refersTo = textAt(message, 'edit.original_message_id')
  const edited = valueAt(message, 'edit.message')
  const type = textAt(edited, 'type') ?? ''
  const text = type === 'text' ? textAt(edited, 'text.body') : textAt(valueAt(edited, type), 'caption')
  return isCarrierId(refersTo) && text !== null ? { kind: 'edit', text: cleanText(text), refersTo } : null
}

function readRevoke(message: object): MessageContent | null {
  const refersTo = textAt(message, 'revoke.original_message_id')
  return isCarrierId(refersTo) ? { kind: 'deletion', refersTo } : null
}
