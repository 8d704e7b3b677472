import type { Millis } from '../../domain/ids.ts'
import type { ProbeResult } from '../ports/carriers.ts'
import type { BreakerState } from './circuit-breaker.ts'

export type CarrierState = 'ok' | 'warn' | 'down' | 'unknown'

/** What came back when Parley called its own public address. */
export interface WebhookCheck {
  readonly works: boolean
  /** What came back, and what to do where it was not what was meant to. */
  readonly sentence: string
  readonly at: Millis
}

/** What is known of a carrier that is enabled. */
export interface CarrierFacts {
  /** Why it is not at work; null where it is. */
  readonly fault: string | null
  readonly breaker: BreakerState
  /** Why the last send failed. */
  readonly lastFailure: string | null
  readonly probe: ProbeResult | null
  /** Probes in a row that got no answer. */
  readonly unreachable: number
  readonly webhook: WebhookCheck | null
  readonly attempts: number
  readonly failures: number
  readonly inboundAt: Millis | null
  readonly successAt: Millis | null
}

export interface CarrierVerdict {
  readonly state: CarrierState
  readonly sentence: string
}

const dayMs = 24 * 60 * 60 * 1000
const soonMs = 7 * dayMs
const worryingRate = 0.2
const fewAttempts = 5
/** One lost packet is no outage. */
const unreachableToBeDown = 2

/** How a carrier fares, the worst first. */
export function judgeCarrier(facts: CarrierFacts, now: Millis): CarrierVerdict {
  const { attempts, breaker, failures, fault, lastFailure, probe, webhook } = facts
  if (fault !== null) return { state: 'down', sentence: fault }
  if (probe?.kind === 'invalid') return { state: 'down', sentence: probe.sentence }
  if (breaker !== 'closed') {
    const why = lastFailure === null ? '' : ` (${lastFailure})`
    return {
      state: 'down',
      sentence: `Messages wait, because several sends in a row failed${why}. Parley tries again by itself.`,
    }
  }
  const expiresAt = probe?.kind === 'valid' ? probe.expiresAt : null
  if (expiresAt !== null && expiresAt <= now)
    return { state: 'down', sentence: 'The access token has expired. Make a new one and enter it here.' }
  if (probe?.kind === 'unreachable') {
    const state = facts.unreachable >= unreachableToBeDown ? 'down' : 'warn'
    return { state, sentence: `The carrier can’t be reached: ${probe.reason}.` }
  }
  if (webhook?.works === false) return { state: 'warn', sentence: webhook.sentence }
  if (expiresAt !== null && expiresAt - now <= soonMs) {
    const days = Math.max(1, Math.ceil((expiresAt - now) / dayMs))
    const when = days === 1 ? 'within a day' : `in ${days} days`
    return { state: 'warn', sentence: `The access token expires ${when}. Make a new one and enter it here.` }
  }
  if (attempts >= fewAttempts && failures / attempts > worryingRate) {
    const why = lastFailure === null ? '' : ` The last: ${lastFailure}.`
    return { state: 'warn', sentence: `${failures} of the last ${attempts} sends failed.${why}` }
  }
  if (probe === null && facts.inboundAt === null && facts.successAt === null)
    return { state: 'unknown', sentence: 'Nothing came from it or left by it yet.' }
  return { state: 'ok', sentence: 'It works.' }
}
