import type { StoredMedia } from '../../app/ports/media.ts'
import type { MessageWire } from '../../contract/api/messages.ts'
import { type MessageContent, wordsOf } from '../../domain/message/message-content.ts'
import { mediaWire } from './media-wire.ts'

type ContentWire = Pick<MessageWire, 'kind' | 'text' | 'media' | 'location' | 'cards' | 'order' | 'notice'>

/** What a message holds, as panels read it. */
export function contentWire(content: MessageContent, files: readonly StoredMedia[] = []): ContentWire {
  const wire = { kind: content.kind, text: wordsOf(content), media: [], notice: null }
  switch (content.kind) {
    case 'text':
      return {
        ...wire,
        media: content.media.map((ref, place) => mediaWire(ref, files[place])),
      }
    case 'location': {
      const { latitude, longitude, name, address } = content
      return { ...wire, location: { latitude, longitude, name, address } }
    }
    case 'contact-cards':
      return {
        ...wire,
        cards: content.cards.map((card) => ({ ...card, phones: [...card.phones], emails: [...card.emails] })),
      }
    case 'order':
      return { ...wire, order: content.items.map((item) => ({ ...item })) }
    case 'too-long-for-trunk':
      return {
        ...wire,
        notice: `A message of ${content.byteLength} bytes came, too long for the SIP trunk, which passes on 1023. Its text is lost: ask the sender to send it in parts.`,
      }
    case 'reaction':
      return { ...wire, notice: content.emoji === null ? 'The customer took a reaction back.' : null }
    case 'deletion':
      return { ...wire, notice: 'The customer deleted a message. What it said stays here.' }
    case 'unsupported':
      return {
        ...wire,
        notice: `The customer sent something that can’t be shown here (${content.what}). Ask for it as text or a file.`,
      }
    case 'choice':
    case 'edit':
    case 'template':
    case 'carrier-notice':
      return wire
    default:
      return content satisfies never
  }
}
