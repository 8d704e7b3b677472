import type { MessageId } from '../ids.ts'

/**
 * The life of an outbound message, which `afterDeliveryEvent` alone changes:
 *
 *   queued ──▶ sending ──▶ accepted ──▶ sent ──▶ delivered ──▶ read
 *     ▲  │        │            │          │
 *     │  │        │            └──────────┴──▶ failed
 *     │  └────────┼──▶ failed     (opted out, or unsent for too long: it never left)
 *     └─ retry ───┤
 *                 ├──▶ failed     (refused: sending again would not help)
 *                 └──▶ unknown    (nobody can say whether it left; never repeated by Parley)
 *                         ├──▶ whatever the carrier reports, or tells when it is asked
 *                         └──▶ failed, `never-taken`   (the carrier lists its messages, and this is none of them)
 *
 * Carriers report late, early and twice. A report only ever moves a message forward; `unknown` is settled by any
 * report; `failed` and `read` are final. Only `never-taken`, which is our own conclusion, gives way to a report.
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
  | 'never-taken'
  | 'carrier-error'

/** A carrier's report on a message it took earlier. */
export interface DeliveryReport {
  readonly carrierMessageId: string
  /** Our own id, where the carrier gives it back: it settles a send whose answer never came. */
  readonly messageId?: MessageId
  readonly state: ReportedState
  readonly failure: SendFailure | null
}

/** State and failure of an outbound message; a failure stands beside `failed` only. */
export interface Delivery {
  readonly state: DeliveryState
  readonly failure: SendFailure | null
}

export type DeliveryEvent =
  /** It is about to be handed to its carrier. */
  | { readonly kind: 'claimed' }
  /** It may not leave any more: the gate is shut, or it waited for too long. */
  | { readonly kind: 'withdrawn'; readonly failure: SendFailure }
  /** How the attempt ended. `not-processed` puts it back. */
  | { readonly kind: 'attempted'; readonly outcome: SendOutcome }
  /** The process died while it was being sent. */
  | { readonly kind: 'interrupted' }
  | {
      readonly kind: 'reported'
      readonly report: { readonly state: ReportedState; readonly failure: SendFailure | null }
    }
  /** The carrier, asked when enough time had passed, has no such message. */
  | { readonly kind: 'never-taken' }

/** The one place where a message's state changes. Null changes nothing: late, repeated or out of place. */
export function afterDeliveryEvent(current: Delivery, event: DeliveryEvent): Delivery | null {
  switch (event.kind) {
    case 'claimed':
      return current.state === 'queued' ? to('sending') : null
    case 'withdrawn':
      return current.state === 'queued' ? to('failed', event.failure) : null
    case 'interrupted':
      return current.state === 'sending' ? to('unknown') : null
    case 'attempted':
      return current.state === 'sending' ? afterAttempt(event.outcome) : null
    case 'never-taken':
      return current.state === 'unknown' ? to('failed', neverTaken) : null
    case 'reported': {
      const { state, failure } = event.report
      const known = current.failure?.code === 'never-taken' ? 'unknown' : current.state
      const next = afterReport(known, state)
      return next === known ? null : to(next, next === 'failed' ? failure : null)
    }
    default:
      return event satisfies never
  }
}

const to = (state: DeliveryState, failure: SendFailure | null = null): Delivery => ({ state, failure })

function afterAttempt(outcome: SendOutcome): Delivery {
  switch (outcome.kind) {
    case 'taken':
      return to(outcome.state)
    case 'not-processed':
      return to('queued')
    case 'refused':
      return to('failed', outcome.failure)
    case 'unknown':
      return to('unknown')
    default:
      return outcome satisfies never
  }
}

export const neverTaken: SendFailure = {
  code: 'never-taken',
  carrierCode: null,
  sentence: 'The carrier never got it. Send it again.',
}

/** A message that waited for so long that its moment has passed. */
export const expiredUnsent: SendFailure = {
  code: 'expired',
  carrierCode: null,
  sentence: 'It could not be sent for an hour. Send it again if it still matters.',
}
