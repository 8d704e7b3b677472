import type { Millis } from '../ids.ts'
import type { Actor } from '../message/message.ts'

/** An agent is away for messages, whatever his phone says: nobody is designated who is. */
export interface Away {
  readonly since: Millis
  /** He is back by himself then; null until somebody says so. */
  readonly until: Millis | null
  readonly reason: string | null
  /** Himself, or a supervisor for him. */
  readonly by: Actor
}

export const isOver = ({ until }: Away, at: Millis): boolean => until !== null && until <= at
