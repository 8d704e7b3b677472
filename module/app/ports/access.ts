import type { Extension, Millis, PbxId, Seq } from '../../domain/ids.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { Role } from '../people/access.ts'
import type { Page } from './stored.ts'

/** What Parley itself grants an extension, for those who sign in without the PBX's portal. */
export interface Grant {
  readonly extension: Extension
  readonly roles: readonly Exclude<Role, 'agent'>[]
  /** What a supervisor looks after besides his own groups: `queue/8000`. */
  readonly groups: readonly string[]
  /** 0 while nobody granted anything. */
  readonly version: number
}

export type GrantReceipt =
  | { readonly kind: 'saved'; readonly grant: Grant }
  | { readonly kind: 'stale'; readonly current: Grant }

/** Where a session's token comes from. */
export type SessionSource = 'portal' | 'standalone' | 'link'

export interface SessionRecord {
  readonly seq: Seq
  readonly sid: string
  readonly extension: Extension | null
  readonly roles: readonly Role[]
  readonly source: SessionSource
  readonly browser: string
  readonly address: string
  readonly firstSeenAt: Millis
  readonly lastSeenAt: Millis
  readonly expiresAt: Millis
  readonly revokedAt: Millis | null
  readonly revokedBy: string | null
}

export type NewSession = Omit<SessionRecord, 'seq' | 'revokedAt' | 'revokedBy'>

export interface SessionSeen {
  readonly sid: string
  readonly at: Millis
  readonly expiresAt: Millis
}

export interface ApiKeyRecord {
  readonly id: string
  readonly name: string
  readonly keyHash: Uint8Array
  readonly scopes: readonly Scope[]
  /** `queue/8000`; null for all. */
  readonly groups: readonly string[] | null
  readonly extension: Extension | null
  readonly createdAt: Millis
  readonly createdBy: string
  readonly expiresAt: Millis | null
  readonly lastUsedAt: Millis | null
  readonly revokedAt: Millis | null
}

export interface CodeLimits {
  readonly since: Millis
  readonly perExtension: number
  readonly perAddress: number
  readonly inAll: number
}

export interface CodeRequest {
  readonly extension: Extension
  readonly address: string
  readonly codeHash: Uint8Array
  readonly at: Millis
}

export type CodeVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** There is none that could be tried: none asked for, too old, used, or tried too often. */
  | { readonly kind: 'none' }

/** People, sessions, one-time codes and API keys. Every verb's promise resolves once it is on disk. */
export interface AccessStore {
  grants(pbxId: PbxId): readonly Grant[]
  /** A null `expectedVersion` asks for no care about others' changes. */
  saveGrant(
    pbxId: PbxId,
    grant: Omit<Grant, 'version'>,
    expectedVersion: number | null,
  ): Promise<GrantReceipt>

  /** Sessions as they were first seen, and when others were last seen. */
  recordSessions(fresh: readonly NewSession[], seen: readonly SessionSeen[]): Promise<void>
  /** False when it was opened before: a link is good for one. */
  openLinkSession(session: NewSession): Promise<boolean>
  /** Null when there is no such session, or it is revoked already. */
  revokeSession(sid: string, by: string, at: Millis): Promise<SessionRecord | null>
  session(sid: string): SessionRecord | null
  /** Newest first; of one extension alone where one is given. */
  sessions(before: Seq | null, limit: number, extension?: Extension | null): Page<SessionRecord>
  /**
   * Revoked ones, until they are pruned: the portal may go on making tokens of a session long after the last one
   * that was seen has expired.
   */
  revokedSessions(): readonly string[]
  /** By extension: when last seen and from where, and how many are open now. */
  presence(now: Millis): ReadonlyMap<Extension, SessionSummary>

  /** Keeps a code unless a limit is reached; false then. Those asked for in vain are not counted. */
  saveCode(request: CodeRequest, limits: CodeLimits): Promise<boolean>
  /** Tries the newest code of an extension made since a time. `isRight` compares in constant time. */
  tryCode(
    attempt: { readonly extension: Extension; readonly since: Millis; readonly at: Millis },
    mostTries: number,
    isRight: (codeHash: Uint8Array) => boolean,
  ): Promise<CodeVerdict>

  apiKeys(): readonly ApiKeyRecord[]
  saveApiKey(key: ApiKeyRecord): Promise<void>
  revokeApiKey(id: string, at: Millis): Promise<boolean>
  touchApiKeys(used: readonly { readonly id: string; readonly at: Millis }[]): Promise<void>

  /** Forgets sessions that ended and codes that were made before this, and answers kept for repetition. */
  pruneAccess(before: {
    readonly sessions: Millis
    readonly codes: Millis
    readonly answers: Millis
  }): Promise<void>
}

export interface SessionSummary {
  readonly lastSeenAt: Millis
  readonly sources: readonly SessionSource[]
  readonly open: number
}

/** Answers to POSTs that bear an idempotency key. */
export interface RepeatableAnswers {
  /** Begins a request, or tells what became of the one that had this key. */
  begin(request: {
    readonly actor: string
    readonly key: string
    readonly requestHash: Uint8Array
    readonly at: Millis
  }): Promise<RepeatVerdict>
  /** Its answer; null where it failed in a way that lets the key be used again. */
  end(actor: string, key: string, answer: KeptAnswer | null): Promise<void>
}

export interface KeptAnswer {
  readonly status: number
  readonly body: string
  readonly digest: string
}

export type RepeatVerdict =
  | { readonly kind: 'first' }
  | { readonly kind: 'again'; readonly answer: KeptAnswer }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'reused' }
