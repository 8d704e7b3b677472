import type { Millis } from '../../domain/ids.ts'
import type { SendOutcome } from '../../domain/message/delivery.ts'

/**
 * Keeps messages queued while their carrier is out of order, instead of spending each on a send that fails:
 *
 *   closed ──failures in a row──▶ open ──its time is over──▶ half-open ──a message got an answer──▶ closed
 *                                  ▲                             │
 *                                  └──────── it failed ──────────┘      each time for twice as long
 */
export interface CircuitBreaker {
  state(now: Millis): BreakerState
  /** How many messages may try now: all, none, or the one that tells whether the carrier is back. */
  room(now: Millis, underWay: number): number
  /** When it opened; null while it is closed. */
  openedAt(): Millis | null
  /** When it may be tried next; null while it is closed. */
  tryAt(): Millis | null
  attempted(outcome: SendOutcome, now: Millis): void
  /** The carrier was asked another way, and can't be had: it stays open. */
  stillOut(now: Millis): void
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export const failuresToOpen = 5
const firstPauseMs = 5000
const longestPauseMs = 30_000

export function createCircuitBreaker(): CircuitBreaker {
  let failures = 0
  let openedAt: Millis | null = null
  let tryAt = 0
  let pauseMs = firstPauseMs

  const state = (now: Millis): BreakerState =>
    openedAt === null ? 'closed' : now < tryAt ? 'open' : 'half-open'

  function pause(now: Millis): void {
    tryAt = now + pauseMs
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }

  return {
    state,
    room(now, underWay) {
      switch (state(now)) {
        case 'closed':
          return Number.POSITIVE_INFINITY
        case 'half-open':
          return underWay === 0 ? 1 : 0
        default:
          return 0
      }
    },
    openedAt: () => openedAt,
    tryAt: () => (openedAt === null ? null : tryAt),
    attempted(outcome, now) {
      const works = whatItSays(outcome)
      if (works === null) return
      if (works) {
        failures = 0
        openedAt = null
        pauseMs = firstPauseMs
        return
      }
      failures += 1
      if (openedAt === null && failures < failuresToOpen) return
      // What was under way when it opened fails one after another: that is one outage, not many.
      if (openedAt !== null && now < tryAt) return
      openedAt ??= now
      pause(now)
    },
    stillOut(now) {
      if (openedAt !== null) pause(now)
    },
  }
}

/** Whether an outcome shows that the carrier works; null where it shows neither. */
export function whatItSays(outcome: SendOutcome): boolean | null {
  switch (outcome.kind) {
    case 'taken':
      return true
    case 'refused':
      // With wrong credentials every message would fail for good that could leave once they are mended.
      return outcome.failure.code !== 'credentials'
    case 'not-processed':
      // Who asks for patience is there.
      return outcome.retryAfterMs === null && outcome.holds === undefined ? false : null
    case 'unknown':
      return false
    default:
      return outcome satisfies never
  }
}
