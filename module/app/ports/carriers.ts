import type { Address } from '../../domain/address.ts'
import type { DeliveryReport, SendOutcome } from '../../domain/delivery.ts'
import type { CarrierId, Millis } from '../../domain/ids.ts'
import type { Channel, InboundMessage, OutboundMessage } from '../../domain/message.ts'

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

/** A carrier account at work. Optional abilities are the interfaces below it. */
export interface Carrier {
  readonly id: CarrierId
  readonly channels: readonly Channel[]
  send(message: OutboundMessage): Promise<SendOutcome>
  close(): Promise<void>
}

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
