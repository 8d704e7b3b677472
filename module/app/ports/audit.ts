import type { Millis, Seq } from '../../domain/ids.ts'
import type { Page } from './stored.ts'

export interface AuditActor {
  readonly kind: 'person' | 'api-key' | 'parley'
  /** An extension, a session's id where there is none, or a key's id. */
  readonly id: string
  readonly name: string
}

/** An administrative act as it is about to be done. Nothing of it is a secret or a message's words. */
export interface Act {
  readonly actor: AuditActor
  /** Stable, of things and verbs: `rule.save`. */
  readonly act: string
  readonly target: string
  readonly sentence: string
  /** What is changed, as it is before; called in the transaction, just before the change. */
  readonly before?: () => unknown
  /** What it becomes, from what the store's verb gave. */
  readonly after?: (result: unknown) => unknown
}

export interface AuditEntry {
  readonly seq: Seq
  readonly at: Millis
  readonly actor: AuditActor
  readonly act: string
  readonly target: string
  readonly sentence: string
  readonly beforeDigest: string | null
  readonly afterDigest: string | null
  readonly changed: readonly string[]
}

export interface AuditQuery {
  readonly before: Seq | null
  readonly limit: number
  /** Whole, or its beginning up to the dot: `rule`. */
  readonly act?: string
  readonly actorId?: string
  readonly target?: string
  readonly since?: Millis
  readonly until?: Millis
}

export interface AuditLog {
  /**
   * The first of the store's verbs that `work` calls writes the act's entry in its own transaction: both, or
   * neither. A verb that changes nothing (false, null, stale, a failure) writes none. `worked` tells whether a
   * verb was called at all.
   */
  acting<T>(act: Act, work: () => Promise<T>): Promise<{ readonly value: T; readonly worked: boolean }>
  /** For an act that changes nothing in the store: a look at what is confidential, an export. */
  append(act: Act): Promise<void>
  /** Newest first. */
  page(query: AuditQuery): Page<AuditEntry>
}
