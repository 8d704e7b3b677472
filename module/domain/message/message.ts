import type { CarrierId, ConversationId, Extension, MessageId, Millis } from '../ids.ts'
import type { Address } from './address.ts'
import type { MessageContent, TemplateUse } from './message-content.ts'

/** `mms` counts as `sms` with media; `sip` is a SIP MESSAGE. */
export type Channel = 'sms' | 'whatsapp' | 'sip'

export const channels = ['sms', 'whatsapp', 'sip'] as const satisfies readonly Channel[]

/** One message as a carrier handed it over, verified and parsed, before any routing. */
export interface InboundMessage {
  readonly carrierId: CarrierId
  /** The carrier's own id; with `carrierId` the key that makes a repeated delivery have no second effect. */
  readonly carrierMessageId: string
  readonly channel: Channel
  readonly sender: Address
  /** A name the carrier gave for the sender, never trusted as identity. */
  readonly senderName: string | null
  readonly did: Address
  readonly content: MessageContent
  /** The carrier's id of the message that the customer quotes. */
  readonly repliesTo?: string | null
  /** The carrier's own time of the message, where it gives one. */
  readonly carrierAt: Millis | null
  readonly receivedAt: Millis
}

/** Who did something. The name is kept as it was then, since extensions change owners. */
export type Actor =
  | { readonly kind: 'agent'; readonly extension: Extension; readonly name: string }
  | { readonly kind: 'customer'; readonly name: string }
  | { readonly kind: 'pbx'; readonly name: string }
  | { readonly kind: 'admin'; readonly id: string; readonly name: string }

/** A file that a carrier fetches from us. */
export interface OutboundMedia {
  /** Signed, and good for a while: whoever has it may read the file. */
  readonly url: string
  /** What it is by its bytes. */
  readonly contentType: string
  readonly fileName: string
  readonly byteLength: number
}

export type OutboundContent =
  | { readonly kind: 'text'; readonly text: string; readonly media: readonly OutboundMedia[] }
  | { readonly kind: 'template'; readonly template: TemplateUse; readonly text: string }

/** One message for a carrier to send. */
export interface OutboundMessage {
  readonly messageId: MessageId
  readonly conversationId: ConversationId
  readonly channel: Channel
  readonly from: Address
  readonly to: Address
  readonly content: OutboundContent
}
