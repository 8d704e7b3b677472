import { fail, type Result, succeed } from '../failures.ts'
import type { CarrierId, Millis } from '../ids.ts'
import type { Address } from './address.ts'
import type { Channel } from './message.ts'

/** A way by which a message may leave. */
export interface SendWay {
  readonly carrierId: CarrierId
  readonly channel: Channel
  readonly did: Address
}

/** A way by which the customer wrote, as whom, and when last. */
export interface TakenWay extends SendWay {
  readonly sender: Address
  readonly at: Millis
}

/** Until when a free text may follow the customer's last message; null where no such rule is. 0: he never wrote. */
export const windowClosesAt = (lastAt: Millis | null, windowMs: Millis | undefined): Millis | null =>
  windowMs === undefined ? null : lastAt === null ? 0 : lastAt + windowMs

export interface WayLimits {
  readonly longestText: number
  readonly windowMs: Readonly<Partial<Record<Channel, Millis>>>
}

/** Whether this may leave by that way now, so that its writer hears at once what the carrier would say later. */
export function judgeLeaving(
  content: { readonly kind: 'text' | 'template'; readonly text: string },
  { channel, lastAt, limits, at }: { channel: Channel; lastAt: Millis | null; limits: WayLimits; at: Millis },
): Result<void> {
  if (content.kind === 'template') return succeed(undefined)
  const windowMs = limits.windowMs[channel]
  const closesAt = windowClosesAt(lastAt, windowMs)
  if (closesAt !== null && closesAt <= at)
    return fail({ code: 'window-closed', channel, hours: Math.round((windowMs ?? 0) / 3_600_000) })
  const { length } = content.text
  if (length > limits.longestText) return fail({ code: 'too-long', longest: limits.longestText, length })
  return succeed(undefined)
}

/** The customer's words with what fills the variables in; each `{{name}}` once or often. */
export const renderTemplate = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (found, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? found) : found,
  )
