import type { Millis } from '../ids.ts'
import type { DeliveryReport } from './delivery.ts'

/** What a carrier says of a message whose send ended without an answer. */
export type InquiryAnswer =
  | { readonly kind: 'found'; readonly report: DeliveryReport }
  /** The carrier has no such message: it was never taken. */
  | { readonly kind: 'never-taken' }
  | { readonly kind: 'no-answer'; readonly reason: string }

/** What follows from it. */
export type InquiryResult =
  | { readonly kind: 'found'; readonly report: DeliveryReport }
  | { readonly kind: 'never-taken' }
  | { readonly kind: 'ask-again'; readonly at: Millis }
  /** It stays unknown until a report comes, or a person sends it again. */
  | { readonly kind: 'give-up' }

/** When the carrier is asked, from the moment of sending. */
export const inquiryTimesMs: readonly Millis[] = [5_000, 30_000, 2 * 60_000, 10 * 60_000]
/**
 * A carrier may list a message only some time after it took it, and a request may reach it after ours timed out. What
 * is not there before then proves nothing.
 */
export const quietPeriodMs: Millis = 2 * 60_000

/** The first question about a message that was handed over at `sentAt`. */
export const firstInquiryAt = (sentAt: Millis): Millis => sentAt + (inquiryTimesMs[0] ?? 0)

/** `asked` counts the questions before this answer; the carrier got this one at `now`. */
export function judgeInquiry(
  answer: InquiryAnswer,
  { sentAt, asked, now }: { readonly sentAt: Millis; readonly asked: number; readonly now: Millis },
): InquiryResult {
  if (answer.kind === 'found') return answer
  if (answer.kind === 'never-taken' && now - sentAt >= quietPeriodMs) return answer
  const next = inquiryTimesMs[asked + 1]
  if (next !== undefined) return { kind: 'ask-again', at: Math.max(sentAt + next, now + 1000) }
  // A restart may have left out the questions between: a "no" that came too early is not the last word.
  return answer.kind === 'never-taken'
    ? { kind: 'ask-again', at: sentAt + quietPeriodMs }
    : { kind: 'give-up' }
}
