import type { ApiKeyRecord } from '../../app/ports/access.ts'
import { asExtension, type Millis } from '../../domain/ids.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { Connection } from '../database/connection.ts'
import { nullableJson, parseJson, parseNullableJson } from '../readings/stored-json.ts'

/** Keys of programs: what they may do, never the keys themselves. */
export interface ApiKeyTable {
  /** The last made first, the revoked ones included. */
  all(): readonly ApiKeyRecord[]
  insert(key: ApiKeyRecord): void
  revoke(id: string, at: Millis): boolean
  touch(id: string, at: Millis): void
}

interface KeyRow {
  id: string
  name: string
  key_hash: Uint8Array
  scopes: string
  groups: string | null
  extension: string | null
  created_at: Millis
  created_by: string
  expires_at: Millis | null
  last_used_at: Millis | null
  revoked_at: Millis | null
}

export function createApiKeyTable(db: Connection): ApiKeyTable {
  const all = db.prepare<[], KeyRow>('SELECT * FROM api_keys ORDER BY pk DESC')
  const insert = db.prepare(
    `INSERT INTO api_keys (id, name, key_hash, scopes, groups, extension, created_at, created_by, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const revoke = db.prepare<[Millis, string]>(
    'UPDATE api_keys SET revoked_at = ? WHERE id = +? AND revoked_at IS NULL',
  )
  const touch = db.prepare<[Millis, string]>('UPDATE api_keys SET last_used_at = ? WHERE id = +?')
  return {
    all: () =>
      all.all().map((row) => ({
        id: row.id,
        name: row.name,
        keyHash: row.key_hash,
        scopes: parseJson<Scope[]>(row.scopes),
        groups: parseNullableJson<string[]>(row.groups),
        extension: row.extension === null ? null : asExtension(row.extension),
        createdAt: row.created_at,
        createdBy: row.created_by,
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
        revokedAt: row.revoked_at,
      })),
    insert: (key) =>
      void insert.run(
        key.id,
        key.name,
        key.keyHash,
        JSON.stringify(key.scopes),
        nullableJson(key.groups),
        key.extension,
        key.createdAt,
        key.createdBy,
        key.expiresAt,
      ),
    revoke: (id, at) => revoke.run(at, id).changes > 0,
    touch: (id, at) => void touch.run(at, id),
  }
}
