import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { WebhookRequest } from '../../app/ports/carriers.ts'

/** How old or early a call may be, by the clock that received it. */
const toleranceMs = 300_000

/** 32 bytes in base64, as Telnyx's portal shows them. Null for what is no key. */
export function telnyxKey(base64: string): KeyObject | null {
  const bytes = strictBase64(base64, 32)
  if (bytes === null) return null
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  })
}

export type TelnyxProof =
  /** `key`: the index of the one that signed. */
  { readonly kind: 'signed'; readonly key: number } | { readonly kind: 'refused'; readonly reason: string }

/**
 * Whether Telnyx made this call, and lately. `telnyx-signature-ed25519` is the Ed25519 signature, in base64, over
 * `telnyx-timestamp` (seconds), a `|`, and the body's bytes as they came.
 * Source: `TelnyxWebhook` in Telnyx's own library for Node.
 */
export function verifyTelnyxCall(request: WebhookRequest, keys: readonly KeyObject[]): TelnyxProof {
  const timestamp = request.headers['telnyx-timestamp']
  const signature = request.headers['telnyx-signature-ed25519']
  if (typeof timestamp !== 'string' || !/^[1-9]\d{0,11}$/.test(timestamp))
    return { kind: 'refused', reason: 'telnyx-timestamp is missing, or no number of seconds' }
  const bytes = typeof signature === 'string' ? strictBase64(signature, 64) : null
  if (bytes === null)
    return { kind: 'refused', reason: 'telnyx-signature-ed25519 is missing, or no signature' }
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), request.body])
  const key = keys.findIndex((candidate) => verify(null, signed, candidate, bytes))
  if (key < 0) return { kind: 'refused', reason: 'the signature does not match: the public key is wrong' }
  // After the signature, so that the reason is true: this is a call of Telnyx's, played again or from a wrong clock.
  if (Math.abs(request.receivedAt - Number(timestamp) * 1000) > toleranceMs)
    return {
      kind: 'refused',
      reason: 'it was signed more than 5 minutes ago, or this machine’s clock is wrong',
    }
  return { kind: 'signed', key }
}

/** Null unless it is the one way to write so many bytes: base64 leaves spare bits that a forger could turn. */
function strictBase64(text: string, byteLength: number): Buffer | null {
  if (text.length !== Math.ceil(byteLength / 3) * 4) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === byteLength && bytes.toString('base64') === text ? bytes : null
}
