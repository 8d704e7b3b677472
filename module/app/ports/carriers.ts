import type { CarrierId, Millis } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { DeliveryReport, SendOutcome } from '../../domain/message/delivery.ts'
import type { InquiryAnswer } from '../../domain/message/inquiry.ts'
import type { Channel, InboundMessage, OutboundMessage } from '../../domain/message/message.ts'
import type { MediaRef } from '../../domain/message/message-content.ts'

export interface CarrierAccount {
  readonly id: CarrierId
  readonly kind: string
  readonly name: string
  readonly enabled: boolean
  /** Not secret: account ids, endpoints, numbers. Its shape is the carrier kind's own. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Secrets, sealed at rest by a key outside the database. */
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * A carrier account at work. What a carrier may lack is an ability that is left out; no room asks what kind a carrier
 * is.
 */
export interface Carrier {
  readonly id: CarrierId
  readonly channels: readonly Channel[]
  /** The business numbers that it may send from, as far as its account says; null where any will do. */
  readonly numbers: readonly CarrierNumber[] | null
  readonly limits: SendLimits
  /** Sends once. Never rejects: what went wrong is an outcome. */
  send(message: OutboundMessage): Promise<SendOutcome>
  readonly media?: MediaSource
  readonly templates?: TemplateSource
  readonly readReceipts?: ReadReceipts
  readonly inquiry?: SendInquiry
  readonly probe?: CredentialsProbe
  /** Waits for what is under way. */
  close(): Promise<void>
}

export interface CarrierNumber {
  readonly channel: Channel
  readonly did: Address
}

/** How much a carrier takes. The outbox keeps to it, and slows down further when the carrier says so. */
export interface SendLimits {
  /** Messages a second over the whole account. */
  readonly perSecond: number
  /** The least time between two messages from one DID to one customer, in ms; 0 where there is none. */
  readonly perPairMs: number
  /** Characters (UTF-16 units) of one text. */
  readonly longestText: number
  /** Null where it sends no files. */
  readonly media: { readonly most: number; readonly longestBytes: number } | null
  /** Channels on which a free text may follow the customer's last message only so long, in ms. */
  readonly windowMs: Readonly<Partial<Record<Channel, number>>>
}

/** Files of inbound messages stay with the carrier until they are fetched. */
export interface MediaSource {
  /**
   * Where a file lies now. Never rejects. `retry` is asked again later; `gone` is final, with a sentence for the agent.
   */
  locate(ref: MediaRef): Promise<MediaLocation>
}

export type MediaLocation =
  | {
      readonly kind: 'at'
      readonly url: string
      /** Credentials: given to these hosts only, whatever redirects say. */
      readonly headers: Readonly<Record<string, string>>
      /** Exact host names, or `.example.com` for all below it. */
      readonly credentialHosts: readonly string[]
    }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'gone'; readonly sentence: string }

/** Texts that the carrier has approved to be sent after the window for free texts has closed. */
export interface TemplateSource {
  /** Those that may be sent from a DID now. Rejects with a sentence when the carrier does not say. */
  list(did: Address): Promise<readonly MessageTemplate[]>
}

export interface MessageTemplate {
  readonly name: string
  readonly language: string
  /** What the customer will read, with its variables as `{{1}}` or `{{first_name}}`. */
  readonly text: string
  readonly variables: readonly string[]
  /** The carrier's own word: `utility`, `marketing`. */
  readonly category: string | null
}

/** Tells the customer's app that his messages were read, and that somebody types. Nothing waits for it. */
export interface ReadReceipts {
  markRead(carrierMessageId: string): Promise<void>
  showTyping?(carrierMessageId: string): Promise<void>
}

/** Asks the carrier what became of a send whose answer never came. */
export interface SendInquiry {
  /** Never rejects. */
  ask(message: OutboundMessage, sentAt: Millis): Promise<InquiryAnswer>
}

export type { InquiryAnswer } from '../../domain/message/inquiry.ts'

/** Whether the carrier still takes our credentials. */
export interface CredentialsProbe {
  /** Never rejects. */
  check(): Promise<ProbeResult>
}

export type ProbeResult =
  | { readonly kind: 'valid'; readonly expiresAt: Millis | null }
  /** A sentence for the administrator: what is wrong, and where to mend it. */
  | { readonly kind: 'invalid'; readonly sentence: string }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** A carrier that calls us over HTTP. */
export interface WebhookCarrier extends Carrier {
  /** Over the raw bytes, in constant time; anything doubtful is refused. */
  receive(request: WebhookRequest): WebhookResult
}

export interface WebhookRequest {
  readonly method: 'GET' | 'POST'
  /** The URL as the carrier knows it: public scheme, host and path, with the query as it came. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
  readonly receivedAt: Millis
}

export type WebhookResult =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly answer: WebhookAnswer }
  | {
      readonly kind: 'content'
      readonly inbound: readonly InboundMessage[]
      readonly reports: readonly DeliveryReport[]
      /** Why parts of it could not be read; the whole is kept for the administrator. */
      readonly unread?: readonly string[]
      /** Given only after everything above is on disk. */
      readonly answer: WebhookAnswer
    }

export interface WebhookAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export const isWebhookCarrier = (carrier: Carrier): carrier is WebhookCarrier => 'receive' in carrier

/** Reads an address as its carrier or the PBX wrote it; numbers become E.164 by the home country. */
export type AddressReader = (raw: string) => Address

/** What a carrier was last seen doing. */
export interface CarrierSeen {
  readonly carrierId: CarrierId
  readonly inboundAt: Millis | null
  /** When it last took a message of ours. */
  readonly successAt: Millis | null
}

/** A verified call that could not be read, or not whole. */
export interface NewRawEvent {
  readonly carrierId: CarrierId
  readonly at: Millis
  readonly reason: string
  readonly contentType: string | null
  readonly body: Uint8Array
}

export interface RawEvent extends NewRawEvent {
  readonly n: number
  /** Of the whole body; `body` holds its first 256 KB. */
  readonly byteLength: number
}

/** A kind of carrier there is: what administrators are told of it, and what its accounts must say. */
export interface CarrierKindFacts {
  readonly kind: string
  readonly name: string
  readonly channels: readonly Channel[]
  /** What it can do and what it can't, each a few words. */
  readonly can: readonly string[]
  readonly cannot: readonly string[]
  /** Where in the vendor's console the webhook's URL goes; null where nobody calls us. */
  readonly webhookPlace: string | null
  /** JSON Schemas of an account's two parts; a secret `x` that can be replaced gently has a `previousX` beside it. */
  readonly settings: object
  readonly secrets: object
}
