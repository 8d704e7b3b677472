import { createHmac, timingSafeEqual } from 'node:crypto'
import { sameSecret } from '../same-secret.ts'

const header = /^sha256=([0-9a-f]{64})$/

/**
 * Which of the app secrets signed the body: its index, or -1 when none did. `X-Hub-Signature-256` is `sha256=` and the
 * HMAC-SHA256, in lower-case hex, of the bytes as they came; Meta escapes what is not ASCII before it signs and sends.
 * Source: Meta's "Validate payloads" of its webhooks guide.
 */
export function signingSecret(signature: unknown, body: Uint8Array, secrets: readonly string[]): number {
  const hex = typeof signature === 'string' ? header.exec(signature)?.[1] : undefined
  if (hex === undefined) return -1
  const given = Buffer.from(hex, 'hex')
  return secrets.findIndex((secret) =>
    timingSafeEqual(given, createHmac('sha256', secret).update(body).digest()),
  )
}

/** Meta's own limit is far below. */
const challengeShape = /^[\w.~-]{1,256}$/

/**
 * The challenge of `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`, which Meta sends once when the URL is
 * saved in its console; null unless it knows our token.
 */
export function challengeOf(url: string, verifyToken: string): string | null {
  const start = url.indexOf('?')
  const query = new URLSearchParams(start < 0 ? '' : url.slice(start + 1))
  const token = query.get('hub.verify_token')
  const challenge = query.get('hub.challenge')
  if (query.get('hub.mode') !== 'subscribe' || token === null || challenge === null) return null
  return sameSecret(token, verifyToken) && challengeShape.test(challenge) ? challenge : null
}
