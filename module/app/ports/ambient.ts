import type { Millis } from '../../domain/ids.ts'

export type Unsubscribe = () => void
export type Clock = () => Millis
/** A fresh UUIDv7. */
export type IdSource = () => string
/** 0 ≤ n < 1 */
export type RandomSource = () => number

/** What the rooms write for an operator to read. Never a message's text, never a secret. */
export interface Log {
  debug(facts: object, sentence: string): void
  info(facts: object, sentence: string): void
  warn(facts: object, sentence: string): void
  error(facts: object, sentence: string): void
}
