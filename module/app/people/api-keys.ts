import { createHash, randomBytes } from 'node:crypto'
import type { Extension, Millis } from '../../domain/ids.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { ApiKeyRecord } from '../ports/access.ts'
import type { Clock, IdSource, Log } from '../ports/ambient.ts'
import type { Store } from '../ports/store.ts'
import type { Viewer } from './access.ts'

export interface ApiKeysDeps {
  readonly store: Pick<Store, 'access'>
  readonly newId: IdSource
  readonly clock: Clock
  readonly log: Log
  readonly flushMs?: number
}

export interface ApiKeyDraft {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly groups: readonly string[] | null
  readonly extension: Extension | null
  readonly expiresAt: Millis | null
  readonly createdBy: string
}

export type KeyVerdict =
  | { readonly kind: 'valid'; readonly viewer: Viewer; readonly expiresAt: Millis | null }
  | { readonly kind: 'expired' | 'revoked' | 'invalid' }

export const keyPrefix = 'parley_'
const secretBytes = 32
const usedEveryMs = 60_000

export type ApiKeys = ReturnType<typeof createApiKeys>

/** Programs' way in. A key is shown once and kept as its hash: it has 256 random bits, so that is enough. */
export function createApiKeys({ store, newId, clock, log, flushMs = 5000 }: ApiKeysDeps) {
  const { access } = store
  const byHash = new Map<string, ApiKeyRecord>(access.apiKeys().map((key) => [hex(key.keyHash), key]))
  const usedAt = new Map<string, Millis>()
  const toTell = new Map<string, Millis>()
  const timer = setInterval(() => void flush(), flushMs)
  timer.unref()

  async function flush(): Promise<void> {
    if (toTell.size === 0) return
    const used = [...toTell].map(([id, at]) => ({ id, at }))
    toTell.clear()
    try {
      await access.touchApiKeys(used)
    } catch (error) {
      log.error({ err: error }, 'The use of API keys could not be recorded')
    }
  }

  function noteUse({ id }: ApiKeyRecord, now: Millis): void {
    if (now - (usedAt.get(id) ?? 0) < usedEveryMs) return
    usedAt.set(id, now)
    toTell.set(id, now)
  }

  return {
    verify(key: string): KeyVerdict {
      const record = key.length > 200 ? undefined : byHash.get(hex(hashOf(key)))
      if (record === undefined) return { kind: 'invalid' }
      const now = clock()
      if (record.revokedAt !== null) return { kind: 'revoked' }
      if (record.expiresAt !== null && record.expiresAt <= now) return { kind: 'expired' }
      noteUse(record, now)
      return { kind: 'valid', viewer: viewerOf(record), expiresAt: record.expiresAt }
    },

    all: () => access.apiKeys(),

    /** The key itself is in this answer and nowhere else, ever. */
    async create(draft: ApiKeyDraft): Promise<{ readonly key: string; readonly record: ApiKeyRecord }> {
      const key = `${keyPrefix}${randomBytes(secretBytes).toString('base64url')}`
      const record: ApiKeyRecord = {
        ...draft,
        id: newId(),
        keyHash: hashOf(key),
        createdAt: clock(),
        lastUsedAt: null,
        revokedAt: null,
      }
      await access.saveApiKey(record)
      byHash.set(hex(record.keyHash), record)
      return { key, record }
    },

    async revoke(id: string): Promise<boolean> {
      const at = clock()
      if (!(await access.revokeApiKey(id, at))) return false
      for (const [hash, key] of byHash) if (key.id === id) byHash.set(hash, { ...key, revokedAt: at })
      return true
    },

    async close(): Promise<void> {
      clearInterval(timer)
      await flush()
    },
  }
}

const hashOf = (key: string): Uint8Array => createHash('sha256').update(key).digest()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** In conversations it sees all groups or those it was given; its scopes say what it may do there and elsewhere. */
function viewerOf({ id, name, scopes, groups, extension }: ApiKeyRecord): Viewer {
  return {
    sessionId: `key:${id}`,
    extension,
    roles: groups === null ? ['agent', 'supervisor', 'admin'] : ['agent', 'supervisor'],
    ...(groups === null ? {} : { groups }),
    scopes,
    keyName: name,
  }
}
