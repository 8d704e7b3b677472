import { createHmac, timingSafeEqual } from 'node:crypto'
import { asExtension, isExtension, type Millis } from '../domain/ids.ts'
import type { Role, Viewer } from './access.ts'

/**
 * A session as a signed string: `<claims>.<signature>`, both base64url; claims are JSON, the signature is
 * HMAC-SHA256 over the claims as written. Small enough that whoever shares the key, the PBX's portal first of
 * all, can make one in ten lines.
 */
export interface SessionClaims {
  /** Session id. */
  readonly sid: string
  /** Extension, or null for an administrator without one. */
  readonly ext: string | null
  readonly roles: readonly Role[]
  /** Groups that a supervisor looks after besides those he is a member of: `queue/8000`. */
  readonly groups?: readonly string[]
  /** Expiry in seconds since the epoch. */
  readonly exp: number
}

export type TokenVerdict =
  | { readonly kind: 'valid'; readonly viewer: Viewer; readonly expiresAt: Millis }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

export function signToken(key: Uint8Array, claims: SessionClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${body}.${signature(key, body).toString('base64url')}`
}

export function verifyToken(key: Uint8Array, token: string, now: Millis): TokenVerdict {
  const [body, given, ...rest] = token.length > 2048 ? [] : token.split('.')
  if (body === undefined || given === undefined || rest.length > 0) return { kind: 'invalid' }
  const expected = signature(key, body)
  const actual = Buffer.from(given, 'base64url')
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return { kind: 'invalid' }
  const claims = readClaims(body)
  if (claims === null) return { kind: 'invalid' }
  if (claims.exp * 1000 <= now) return { kind: 'expired' }
  const viewer = {
    sessionId: claims.sid,
    extension: claims.ext === null ? null : asExtension(claims.ext),
    roles: claims.roles,
    ...(claims.groups === undefined ? {} : { groups: claims.groups }),
  }
  return { kind: 'valid', viewer, expiresAt: claims.exp * 1000 }
}

const signature = (key: Uint8Array, body: string): Buffer => createHmac('sha256', key).update(body).digest()

const isRole = (value: unknown): value is Role =>
  value === 'agent' || value === 'supervisor' || value === 'admin'

const isGroupName = (value: unknown): value is string =>
  typeof value === 'string' && /^(ring-group|queue|extension)\/[0-9*#]{1,20}$/.test(value)

/** Signed does not mean well formed: another holder of the key may have made it. */
function readClaims(body: string): SessionClaims | null {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { sid, ext, roles, groups, exp } = value as Record<string, unknown>
  if (typeof sid !== 'string' || typeof exp !== 'number' || !Array.isArray(roles) || !roles.every(isRole))
    return null
  if (ext !== null && (typeof ext !== 'string' || !isExtension(ext))) return null
  if (groups !== undefined && !(Array.isArray(groups) && groups.every(isGroupName))) return null
  return { sid, ext, roles, exp, ...(groups === undefined ? {} : { groups }) }
}
