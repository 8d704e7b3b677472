import { randomBytes } from 'node:crypto'
import type { WebhookCheck } from '../app/sending/judge-carrier-health.ts'
import type { CarrierId } from '../domain/ids.ts'

/** Calls Parley's own public address, as a carrier would, to see that it leads here. */
export interface WebhookSelfTest {
  /** Only ever our own address. Never rejects. */
  call(carrierId: CarrierId): Promise<Omit<WebhookCheck, 'at'>>
  /** What the route answers to a nonce of a call under way; null to anybody else. */
  answer(carrierId: string, nonce: string): string | null
}

const deadlineMs = 8000
/** Of a foreign page, so much is looked at. */
const longestAnswer = 4096

export function createWebhookSelfTest(publicUrl: string): WebhookSelfTest {
  const base = publicUrl.replace(/\/+$/, '')
  /** What is to come back, by carrier and nonce. */
  const expected = new Map<string, string>()
  const keyOf = (carrierId: string, nonce: string) => `${carrierId} ${nonce}`

  async function call(carrierId: CarrierId): Promise<Omit<WebhookCheck, 'at'>> {
    const nonce = randomBytes(16).toString('hex')
    const proof = randomBytes(16).toString('hex')
    const key = keyOf(carrierId, nonce)
    expected.set(key, proof)
    const url = `${base}/webhooks/${encodeURIComponent(carrierId)}/self-test?nonce=${nonce}`
    try {
      const response = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.timeout(deadlineMs),
      })
      const text = (await response.text()).slice(0, longestAnswer).trim()
      if (response.ok && text === proof) return { works: true, sentence: `${base} leads to this Parley.` }
      return { works: false, sentence: strangeAnswer(base, response.status) }
    } catch (error) {
      return {
        works: false,
        sentence: `${base} can’t be reached from here (${reasonOf(error)}). Check the address, the certificate and the proxy in front of Parley.`,
      }
    } finally {
      expected.delete(key)
    }
  }

  return { call, answer: (carrierId, nonce) => expected.get(keyOf(carrierId, nonce)) ?? null }
}

function strangeAnswer(base: string, status: number): string {
  if (status >= 300 && status < 400)
    return `${base} redirects (HTTP ${status}), which carriers don’t follow. Set http.publicUrl to where it leads.`
  if (status >= 200 && status < 300)
    return `Something else answers at ${base}. Let the proxy pass /webhooks/ on to Parley.`
  return `${base} answers HTTP ${status}. Let the proxy pass /webhooks/ on to Parley.`
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${deadlineMs / 1000} s`
  const cause: unknown = error.cause
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  if (typeof code === 'string') return code
  return cause instanceof Error ? cause.message : error.message
}
