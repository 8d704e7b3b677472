import { createHmac, timingSafeEqual } from 'node:crypto'
import { asExtension, isExtension, type Millis } from '../../domain/ids.ts'
import type { SessionSource } from '../ports/access.ts'
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
  /** Who vouched; left out by the PBX's portal. */
  readonly src?: Exclude<SessionSource, 'portal'>
  /** When the session ends for good, in seconds; what has none is renewed by whoever vouched. */
  readonly end?: number
  /** A link: good for opening one session, and for nothing else. */
  readonly use?: 'link'
}

export type TokenVerdict =
  | {
      readonly kind: 'valid'
      readonly viewer: Viewer
      readonly expiresAt: Millis
      readonly source: SessionSource
      /** Until when its holder may renew it himself; null where he may not. */
      readonly endsAt: Millis | null
    }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

export function signToken(key: Uint8Array, claims: SessionClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${body}.${signature(key, body).toString('base64url')}`
}

/** What a token's claims are worth now. A link is no token. */
export function verifyToken(key: Uint8Array, token: string, now: Millis): TokenVerdict {
  const claims = readSigned(key, token)
  if (claims === null || claims.use !== undefined) return { kind: 'invalid' }
  if (claims.exp * 1000 <= now) return { kind: 'expired' }
  return {
    kind: 'valid',
    viewer: viewerOf(claims),
    expiresAt: claims.exp * 1000,
    source: claims.src ?? 'portal',
    endsAt: claims.end === undefined ? null : claims.end * 1000,
  }
}

/** What a link opens; null for anything but a link that is still good. */
export function readLink(key: Uint8Array, link: string, now: Millis): SessionClaims | null {
  const claims = readSigned(key, link)
  return claims?.use === 'link' && claims.exp * 1000 > now ? claims : null
}

/** The claims, where the signature is that of the key. */
function readSigned(key: Uint8Array, token: string): SessionClaims | null {
  const [body, given, ...rest] = token.length > 2048 ? [] : token.split('.')
  if (body === undefined || given === undefined || rest.length > 0) return null
  const expected = signature(key, body)
  const actual = Buffer.from(given, 'base64url')
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return null
  return readClaims(body)
}

const viewerOf = ({ sid, ext, roles, groups }: SessionClaims): Viewer => ({
  sessionId: sid,
  extension: ext === null ? null : asExtension(ext),
  roles,
  ...(groups === undefined ? {} : { groups }),
})

const signature = (key: Uint8Array, body: string): Buffer => createHmac('sha256', key).update(body).digest()

const isRole = (value: unknown): value is Role =>
  value === 'agent' || value === 'supervisor' || value === 'admin'

/** `queue/8000`, or `queue/support`: a plain Asterisk names its queues as it likes. */
export const isGroupName = (value: unknown): value is string =>
  typeof value === 'string' && /^(ring-group|queue|extension)\/[^/\p{Cc}]{1,80}$/u.test(value)

/** Signed does not mean well formed: another holder of the key may have made it. */
function readClaims(body: string): SessionClaims | null {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { sid, ext, roles, groups, exp, src, end, use } = value as Record<string, unknown>
  if (!isSessionId(sid) || typeof exp !== 'number' || !Array.isArray(roles) || !roles.every(isRole))
    return null
  if (ext !== null && (typeof ext !== 'string' || !isExtension(ext))) return null
  if (groups !== undefined && !(Array.isArray(groups) && groups.every(isGroupName))) return null
  if (src !== undefined && src !== 'standalone' && src !== 'link') return null
  if (end !== undefined && typeof end !== 'number') return null
  if (use !== undefined && use !== 'link') return null
  return {
    sid,
    ext,
    roles,
    exp,
    ...(groups === undefined ? {} : { groups }),
    ...(src === undefined ? {} : { src }),
    ...(end === undefined ? {} : { end }),
    ...(use === undefined ? {} : { use }),
  }
}

const isSessionId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 128
