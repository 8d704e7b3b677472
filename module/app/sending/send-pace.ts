import type { Millis } from '../../domain/ids.ts'
import { type Address, addressKey } from '../../domain/message/address.ts'
import type { SendLimits } from '../ports/carriers.ts'

/** How fast messages leave by one carrier. Nothing here waits: it says how much may leave, and when more may. */
export interface SendPace {
  /** Whole messages that may leave now. */
  room(now: Millis): number
  took(count: number, now: Millis): void
  /** When there is room again; the past where there is. */
  readyAt(now: Millis): Millis
  /** The carrier asked for quiet: nothing leaves before. */
  hold(until: Millis): void
  /** Until when a message from one DID to one customer waits for the one before it; null lets it go, and counts it. */
  putOff(from: Address, to: Address, now: Millis): Millis | null
}

/** Pairs whose time is over are forgotten once there are so many. */
const manyPairs = 1024

/** A token for each message, `perSecond` of them a second, a second's worth kept at most. */
export function createSendPace(limits: () => Pick<SendLimits, 'perSecond' | 'perPairMs'>): SendPace {
  const pairs = new Map<string, Millis>()
  let tokens = Number.POSITIVE_INFINITY
  let countedAt = 0
  let heldUntil = 0

  function refill(now: Millis): void {
    const { perSecond } = limits()
    const came = (Math.max(0, now - countedAt) / 1000) * perSecond
    tokens = Math.min(Math.max(1, perSecond), tokens + came)
    countedAt = now
  }

  return {
    room(now) {
      if (now < heldUntil) return 0
      refill(now)
      return Math.floor(tokens)
    },
    took(count, now) {
      refill(now)
      tokens -= count
    },
    readyAt(now) {
      refill(now)
      const missing = 1 - tokens
      return Math.max(heldUntil, missing <= 0 ? now : now + Math.ceil((missing / limits().perSecond) * 1000))
    },
    hold(until) {
      heldUntil = Math.max(heldUntil, until)
    },
    putOff(from, to, now) {
      const { perPairMs } = limits()
      if (perPairMs <= 0) return null
      const pair = `${addressKey(from)}>${addressKey(to)}`
      const free = pairs.get(pair) ?? 0
      if (free > now) return free
      if (pairs.size >= manyPairs) for (const [known, freeAt] of pairs) if (freeAt <= now) pairs.delete(known)
      pairs.set(pair, now + perPairMs)
      return null
    },
  }
}
