import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in constant time, whatever the lengths. An empty secret matches nothing: it is none. */
export function sameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret)) && secret !== ''
}

/** What `Authorization: Basic …` must say, in constant time. Anything that is not one exact header is no. */
export function sameBasicAuth(
  header: string | readonly string[] | undefined,
  user: string,
  password: string,
): boolean {
  if (typeof header !== 'string') return false
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  const given = Buffer.from(encoded, 'base64')
  const wanted = Buffer.from(`${user}:${password}`)
  return timingSafeEqual(digest(given), digest(wanted)) && password !== ''
}

const digest = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest()
