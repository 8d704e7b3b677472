import type { MessageId } from './ids.ts'

/**
 * The life of an outbound message:
 *
 *   queued ──▶ sending ──▶ accepted ──▶ sent ──▶ delivered ──▶ read
 *     ▲           │            │          │
 *     └─ retry ───┤            └──────────┴──▶ failed
 *                 ├──▶ failed     (refused: sending again would not help)
 *                 └──▶ unknown    (nobody can say whether it left; never repeated by Parley)
 *
 * Carriers report late, early and twice. A report only ever moves a message forward; `unknown` is settled by
 * any report; `failed` and `read` are final.
 */
export type DeliveryState =
  | 'queued'
  | 'sending'
  | 'accepted'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'unknown'

/** What a carrier may report of a message it took. */
export type ReportedState = 'accepted' | 'sent' | 'delivered' | 'read' | 'failed'

const rank: Record<DeliveryState, number> = {
  queued: 0,
  sending: 1,
  unknown: 2,
  accepted: 3,
  sent: 4,
  delivered: 5,
  failed: 6,
  read: 7,
}

/** The state after a report: the further of the two, except that a delivered message cannot fail. */
export function afterReport(current: DeliveryState, reported: ReportedState): DeliveryState {
  if (current === 'failed' || current === 'read') return current
  if (reported === 'failed' && current === 'delivered') return current
  return rank[reported] > rank[current] ? reported : current
}

/** What became of one attempt to hand a message to a carrier. */
export type SendOutcome =
  /** The carrier took it. `carrierMessageId` is null where the carrier names none (SIP MESSAGE). */
  | { readonly kind: 'taken'; readonly carrierMessageId: string | null; readonly state: ReportedState }
  /** The carrier surely did not process it: safe to try again. */
  | {
      readonly kind: 'not-processed'
      readonly reason: string
      readonly retryAfterMs: number | null
      /** What must wait so long: everything of this carrier, or this conversation alone (when left out). */
      readonly holds?: 'carrier'
    }
  /** The carrier refused it: trying again would give the same answer. */
  | { readonly kind: 'refused'; readonly failure: SendFailure }
  /** It may or may not have been sent. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Why a message failed: a stable code of ours, the carrier's own code, and a sentence for a person. */
export interface SendFailure {
  readonly code: SendFailureCode
  readonly carrierCode: string | null
  readonly sentence: string
}

export type SendFailureCode =
  | 'opted-out'
  | 'unreachable'
  | 'invalid-recipient'
  | 'invalid-sender'
  | 'content-refused'
  | 'credentials'
  | 'too-long'
  | 'media'
  | 'window-closed'
  | 'template'
  | 'expired'
  | 'carrier-error'

/** A carrier's report on a message it took earlier. */
export interface DeliveryReport {
  readonly carrierMessageId: string
  /** Our own id, where the carrier gives it back: it settles a send whose answer never came. */
  readonly messageId?: MessageId
  readonly state: ReportedState
  readonly failure: SendFailure | null
}
