/** A file beside a message, still at its carrier. */
export interface MediaRef {
  /** Where the carrier keeps it, or under which id: only the carrier's own adapter can read this. */
  readonly url: string
  /** As the carrier says; what it really is, its bytes say. */
  readonly contentType: string | null
  readonly fileName?: string | null
  /** Where it is known before the file is here. */
  readonly byteLength?: number | null
  /** What the customer's app calls it. A voice note is an audio, a sticker an image, that is shown otherwise. */
  readonly role?: 'voice' | 'sticker' | null
}

export interface ContactCard {
  readonly name: string
  readonly organisation: string | null
  readonly phones: readonly string[]
  readonly emails: readonly string[]
}

export interface OrderItem {
  readonly product: string
  readonly quantity: number
  /** Per piece, as the carrier writes it: `12.50`. */
  readonly price: string | null
  /** ISO 4217 */
  readonly currency: string | null
}

/** A template that the carrier has approved, with what fills its variables. */
export interface TemplateUse {
  readonly name: string
  /** As the carrier writes it: `en_US`. */
  readonly language: string
  /** By the variable's name: `1`, `2` or `first_name`. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * What was said. Everything a carrier can bring has a place here, so that nothing is swallowed: what nobody foresaw
 * is `unsupported` and says what it was. `refersTo` is the carrier's id of another message of the same customer.
 *
 * `too-long-for-trunk`: Asterisk hands over no body above 1023 bytes but keeps its length, so the agent must see that
 * something was said and lost, not an empty bubble.
 */
export type MessageContent =
  | { readonly kind: 'text'; readonly text: string; readonly media: readonly MediaRef[] }
  | { readonly kind: 'too-long-for-trunk'; readonly byteLength: number }
  | {
      readonly kind: 'location'
      /** Degrees, WGS 84. */
      readonly latitude: number
      readonly longitude: number
      readonly name: string | null
      readonly address: string | null
    }
  | { readonly kind: 'contact-cards'; readonly cards: readonly ContactCard[] }
  /** A button pressed, a row of a list chosen, a form filled in. */
  | {
      readonly kind: 'choice'
      readonly text: string
      readonly description: string | null
      /** What the business gave the button to carry. */
      readonly payload: string | null
    }
  /** A null emoji takes the reaction back. */
  | { readonly kind: 'reaction'; readonly emoji: string | null; readonly refersTo: string }
  | { readonly kind: 'edit'; readonly text: string; readonly refersTo: string }
  | { readonly kind: 'deletion'; readonly refersTo: string }
  | { readonly kind: 'order'; readonly items: readonly OrderItem[]; readonly text: string | null }
  /** Outbound only. `text` is what the customer reads. */
  | { readonly kind: 'template'; readonly template: TemplateUse; readonly text: string }
  /** The carrier itself tells of the customer: a new number, a new identity. */
  | { readonly kind: 'carrier-notice'; readonly text: string }
  | { readonly kind: 'unsupported'; readonly what: string }

/**
 * Whether somebody has to answer it. A reaction, an edit or a deletion stands in its conversation, but opens none,
 * makes nobody wait and calls nobody.
 */
export function wantsAnswer(content: MessageContent): boolean {
  switch (content.kind) {
    case 'reaction':
    case 'edit':
    case 'deletion':
    case 'carrier-notice':
      return false
    case 'text':
    case 'too-long-for-trunk':
    case 'location':
    case 'contact-cards':
    case 'choice':
    case 'order':
    case 'template':
    case 'unsupported':
      return true
    default:
      return content satisfies never
  }
}

/** What was said, in words that the customer or the agent wrote; empty where there are none. For search and previews. */
export function wordsOf(content: MessageContent): string {
  switch (content.kind) {
    case 'text':
    case 'choice':
    case 'edit':
    case 'template':
    case 'carrier-notice':
      return content.text
    case 'order':
      return content.text ?? ''
    case 'location':
      return [content.name, content.address].filter((part) => part !== null).join(', ')
    case 'contact-cards':
      return content.cards.map(({ name, phones }) => [name, ...phones].join(' ')).join(', ')
    case 'reaction':
      return content.emoji ?? ''
    case 'too-long-for-trunk':
    case 'deletion':
    case 'unsupported':
      return ''
    default:
      return content satisfies never
  }
}

/** In one line, for lists, alerts and screen readers: a person's words, or what stands in their place. */
export function summaryOf(content: MessageContent): string {
  const words = wordsOf(content)
  switch (content.kind) {
    case 'text':
      return words !== '' ? words : content.media.map(describeMedia).join(', ')
    case 'too-long-for-trunk':
      return `(${content.byteLength} bytes, too long for the trunk)`
    case 'location':
      return words === '' ? 'Location' : `Location: ${words}`
    case 'contact-cards':
      return `Contact: ${words}`
    case 'reaction':
      return content.emoji === null ? 'Took a reaction back' : `Reacted ${words}`
    case 'edit':
      return `Edited: ${words}`
    case 'deletion':
      return 'Deleted a message'
    case 'order': {
      const count = content.items.length
      return `Order of ${count} ${count === 1 ? 'item' : 'items'}${words === '' ? '' : `: ${words}`}`
    }
    case 'unsupported':
      return `(${content.what}: can’t be shown here)`
    case 'choice':
    case 'template':
    case 'carrier-notice':
      return words
    default:
      return content satisfies never
  }
}

/** `Photo`, `Voice message`, or the file's name: what a file is to its reader before it is here. */
export function describeMedia({ contentType, fileName, role }: Omit<MediaRef, 'url'>): string {
  if (role === 'voice') return 'Voice message'
  if (role === 'sticker') return 'Sticker'
  if (fileName != null && fileName !== '') return fileName
  switch (contentType?.split('/')[0]) {
    case 'image':
      return 'Photo'
    case 'audio':
      return 'Audio'
    case 'video':
      return 'Video'
    default:
      return 'File'
  }
}
