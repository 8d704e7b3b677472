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
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(header) ?? []
  // As text: one and the same password has several encodings, and an honest caller writes the usual one.
  return sameSecret(encoded, Buffer.from(`${user}:${password}`).toString('base64')) && password !== ''
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
