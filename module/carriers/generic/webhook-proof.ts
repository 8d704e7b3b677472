import { createHmac } from 'node:crypto'
import type { CarrierAccount, WebhookRequest } from '../../app/ports/carriers.ts'
import { sameBasicAuth, sameSecret } from '../same-secret.ts'
import { type DescriptionCheck, mayBeSigned } from './description-check.ts'
import type { WebhookDescription } from './generic-schema.ts'
import type { Template } from './template.ts'

/** Why a call is not surely the carrier's; null when it is. */
export type WebhookProof = (request: WebhookRequest) => string | null

type Authentication = WebhookDescription['authentication']

/** Two keys count while one is being rotated: `webhookSecret`, and `previousWebhookSecret` beside it. */
const secretNames = ['webhookSecret', 'previousWebhookSecret'] as const
/** A secret in a URL is all there is between a stranger and the conversations. */
const shortestUrlSecret = 16
const defaultToleranceSeconds = 300

/** The secrets that a kind of proof works with. */
export const proofSecrets = ({
  kind,
}: Authentication): { needed: readonly string[]; possible: readonly string[] } =>
  kind === 'basic'
    ? { needed: ['webhookUser', 'webhookPassword'], possible: [] }
    : { needed: ['webhookSecret'], possible: ['previousWebhookSecret'] }

export function createWebhookProof(
  authentication: Authentication,
  { secrets }: CarrierAccount,
  check: DescriptionCheck,
): WebhookProof {
  const keys = secretNames.map((name) => secrets[name]).filter((key) => key !== undefined)
  const among = (given: string): boolean => keys.filter((key) => sameSecret(given, key)).length > 0
  switch (authentication.kind) {
    case 'hmac':
      return hmacProof(authentication, keys, check)
    case 'basic':
      return ({ headers }) =>
        sameBasicAuth(headers.authorization, secrets.webhookUser ?? '', secrets.webhookPassword ?? '')
          ? null
          : 'the user or password of the call is wrong'
    case 'bearer': {
      const name = (authentication.header ?? 'authorization').toLowerCase()
      return ({ headers }) => {
        const value = headers[name]
        if (typeof value !== 'string') return `no header ${name}`
        const token = name === 'authorization' ? value.replace(/^bearer /i, '') : value
        return among(token) ? null : 'the token of the call is wrong'
      }
    }
    case 'query':
    case 'path': {
      secretNames.forEach((name) => {
        const key = secrets[name]
        if (key !== undefined && (key.length < shortestUrlSecret || !/^[A-Za-z0-9._~-]+$/.test(key)))
          check.fail(
            `secrets.${name}`,
            `must be ${shortestUrlSecret} or more letters, digits and - . _ ~, since it stands in a URL.`,
          )
      })
      return (request) =>
        among(urlSecret(request.url, authentication)) ? null : 'the secret in the URL is wrong'
    }
    default:
      return authentication.kind satisfies never
  }
}

function urlSecret(url: string, { kind, parameter = '' }: Authentication): string {
  if (!URL.canParse(url)) return ''
  const { searchParams, pathname } = new URL(url)
  if (kind === 'path') return pathname.slice(pathname.lastIndexOf('/') + 1)
  const values = searchParams.getAll(parameter)
  return values.length === 1 ? (values[0] ?? '') : ''
}

function hmacProof(
  {
    header = '',
    algorithm = 'sha256',
    encoding = 'hex',
    prefix = '',
    signed,
    timestampHeader,
    toleranceSeconds,
  }: Authentication,
  keys: readonly string[],
  check: DescriptionCheck,
): WebhookProof {
  const template = check.template('settings.webhook.authentication.signed', signed ?? '{{body}}', mayBeSigned)
  const toleranceMs = (toleranceSeconds ?? defaultToleranceSeconds) * 1000
  return (request) => {
    const value = request.headers[header.toLowerCase()]
    if (typeof value !== 'string' || !value.startsWith(prefix)) return `no signature in ${header}`
    if (timestampHeader !== undefined) {
      const stamp = timeOf(request.headers[timestampHeader.toLowerCase()])
      if (stamp === null || Math.abs(request.receivedAt - stamp) > toleranceMs)
        return 'the call is too old or too new: check the clock'
    }
    const bytes = signedBytes(template, request)
    if (bytes === null) return 'a header that is signed is missing'
    const given = encoding === 'hex' ? value.slice(prefix.length).toLowerCase() : value.slice(prefix.length)
    const matches = keys.filter((key) =>
      sameSecret(given, createHmac(algorithm, key).update(bytes).digest(encoding)),
    )
    return matches.length > 0 ? null : 'the signature does not match: the secret or the public URL is wrong'
  }
}

/** Over the raw bytes: a body that was read and written again is another one. */
function signedBytes(template: Template, { body, url, headers }: WebhookRequest): Buffer | null {
  const parts: Uint8Array[] = []
  for (const part of template) {
    if (typeof part === 'string') parts.push(Buffer.from(part))
    else if (part.name === 'body') parts.push(body)
    else if (part.name === 'url') parts.push(Buffer.from(url))
    else {
      const value = headers[part.name.slice('header.'.length)]
      if (typeof value !== 'string') return null
      parts.push(Buffer.from(value, 'latin1'))
    }
  }
  return Buffer.concat(parts)
}

/** Seconds or milliseconds since 1970. */
function timeOf(header: string | readonly string[] | undefined): number | null {
  if (typeof header !== 'string' || !/^\d{9,14}$/.test(header)) return null
  const value = Number(header)
  return value < 100_000_000_000 ? value * 1000 : value
}
