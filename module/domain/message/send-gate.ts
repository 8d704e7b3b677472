import { fail, failureSentence, type Result, succeed } from '../failures.ts'
import type { Address } from './address.ts'
import type { SendFailure } from './delivery.ts'

declare const passed: unique symbol

/** Proof that the gate was asked: nothing is put into the outbox for a customer without it. */
export interface SendPass {
  readonly [passed]: true
  readonly did: Address
}

/** What the gate looks at, read in the transaction that sends, and again in the one that claims. */
export interface SendFacts {
  readonly did: Address
  /** Whether the customer opted out of this DID. */
  readonly optedOut: boolean
}

/** Every message to a customer passes here: replies, first messages, auto-replies. */
export function passSendGate({ did, optedOut }: SendFacts): Result<SendPass> {
  if (optedOut) return fail({ code: 'opted-out', did: did.value })
  return succeed({ did } as SendPass)
}

/** What became of a message that was queued before its customer opted out. */
export const refusedAtGate = (did: Address): SendFailure => ({
  code: 'opted-out',
  carrierCode: null,
  sentence: failureSentence({ code: 'opted-out', did: did.value }),
})
