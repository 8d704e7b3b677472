import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type FormParameters, queryOf, readForm } from './twilio-form.ts'

/** A request as it came, with what Twilio says is its signature. */
export interface SignedRequest {
  /** The URL as Twilio called it: the public one, with the query as it came. */
  readonly url: string
  /** The header `X-Twilio-Signature`. */
  readonly signature: string
  /** Those of a form body; none for a GET or for another kind of body. */
  readonly parameters: FormParameters
  readonly body: Uint8Array
}

/** base64 of an HMAC-SHA1 */
const signatureLength = 28

/**
 * Which of the account's tokens signed the request: its index, or -1 when none did. Signed is the URL followed by
 * every name and value, sorted by name, the values of a repeated name once each and sorted. Where the query holds
 * `bodySHA256`, the URL alone is signed and the raw body must have that hash.
 * Source: Twilio's "Webhooks security" page and the behaviour of its own Node library.
 */
export function signingToken(request: SignedRequest, tokens: readonly string[]): number {
  const given = Buffer.from(request.signature)
  if (given.length !== signatureLength) return -1
  const bodyHashes = readForm(queryOf(request.url)).get('bodySHA256')
  if (bodyHashes !== undefined && !matchesBody(request.body, bodyHashes)) return -1
  const suffix = bodyHashes === undefined ? signedParameters(request.parameters) : ''
  const urls = urlForms(request.url)
  return tokens.findIndex((token) =>
    urls.some((url) => timingSafeEqual(given, signatureOf(token, url, suffix))),
  )
}

const signatureOf = (token: string, url: string, suffix: string): Buffer =>
  Buffer.from(createHmac('sha1', token).update(url).update(suffix).digest('base64'))

function signedParameters(parameters: FormParameters): string {
  let text = ''
  for (const name of [...parameters.keys()].sort()) {
    const values = parameters.get(name) ?? []
    for (const value of values.length === 1 ? values : [...new Set(values)].sort()) text += name + value
  }
  return text
}

function matchesBody(body: Uint8Array, hashes: readonly string[]): boolean {
  const [hash] = hashes
  if (hash === undefined || hashes.length !== 1) return false
  const wanted = Buffer.from(createHash('sha256').update(body).digest('hex'))
  const given = Buffer.from(hash)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Twilio signs sometimes with a port and sometimes without: both are tried. */
function urlForms(url: string): readonly string[] {
  const parts = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(url)
  if (parts === null) return [url]
  const [, scheme = '', authority = '', rest = ''] = parts
  const prefix = url.slice(0, scheme.length + '://'.length)
  const bare = authority.replace(/:\d*$/, '')
  const port =
    authority === bare ? (scheme.toLowerCase() === 'https' ? ':443' : ':80') : authority.slice(bare.length)
  return [prefix + bare + rest, prefix + bare + port + rest]
}
