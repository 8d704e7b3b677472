import type { SendFailure, SendOutcome } from '../domain/message/delivery.ts'
import type { ApiResult } from './call-api.ts'

/** A carrier that asks for more is out of order, and the outbox gives up after an hour anyway. */
const longestRetryAfterMs = 60 * 60 * 1000

/** An answer of a carrier's API: its status, and its body where that is a JSON object or array. */
export interface ApiAnswer {
  readonly status: number
  readonly retryAfterMs: number | null
  readonly body: object | null
}

/**
 * What a call says of the message it carried. Only an answer can make it taken, refused or safe to repeat; `read`
 * decides that, after everything that is no answer has been sorted out.
 */
export function sendOutcomeOf(
  carrier: string,
  result: ApiResult,
  read: (answer: ApiAnswer) => SendOutcome,
): SendOutcome {
  switch (result.kind) {
    case 'not-written':
      return {
        kind: 'not-processed',
        reason: `${carrier} could not be reached: ${result.reason}`,
        retryAfterMs: null,
      }
    case 'lost':
      return { kind: 'unknown', reason: `${carrier} did not answer: ${result.reason}` }
    case 'answered':
      return read({
        status: result.status,
        retryAfterMs: retryAfterMsOf(result.retryAfter),
        body: readJson(result.body),
      })
    default:
      return result satisfies never
  }
}

export const refuse = (failure: SendFailure): SendOutcome => ({ kind: 'refused', failure })

/** Seconds. A date is left alone: the outbox has a backoff of its own. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null || !/^\d{1,9}$/.test(header)) return null
  return Math.min(Number(header) * 1000, longestRetryAfterMs)
}

/** Null for what is no JSON object or array: what matters is that nothing can be read from it. */
export function readJson(body: string | null): object | null {
  if (body === null) return null
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** The value at a path of own properties, `messages.0.id`; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value
  for (const step of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = Reflect.get(current, step)
  }
  return current
}

export function textAt(value: unknown, path: string): string | null {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : null
}

export function numberAt(value: unknown, path: string): number | null {
  const found = valueAt(value, path)
  return typeof found === 'number' ? found : null
}
