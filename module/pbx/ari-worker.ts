import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'
import ari from 'ari-client'
import { guardMemory } from './worker-memory.ts'

export interface AriWorkerData {
  /** `http://127.0.0.1:8088` */
  readonly url: string
  readonly username: string
  readonly password: string
  /** The certificate authority; null for those of the system. */
  readonly ca: string | null
}

export type AriRequest =
  | { readonly kind: 'ping' }
  | { readonly kind: 'endpoints' }
  | { readonly kind: 'send'; readonly to: string; readonly from: string; readonly text: string }

export interface ToAriWorker {
  readonly id: number
  readonly request: AriRequest
}

export type FromAriWorker =
  | { readonly kind: 'ready' }
  /** What a plain request showed before the package was let loose: it crashes on some of these. */
  | { readonly kind: 'unusable'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly code: string }
  /** `names` answers `endpoints`: those of PJSIP. */
  | { readonly kind: 'done'; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }

/** Whoever is silent for so long is asked again later: until then nobody would know what is wrong. */
const probeMs = 5_000

if (parentPort !== null) {
  guardMemory()
  const data = workerData as AriWorkerData
  // For this thread alone, and for all that the package and we ourselves fetch in it.
  if (data.ca !== null) tls.setDefaultCACertificates([data.ca])
  if (data.url.startsWith('https:')) speakTlsAlone()
  await host(parentPort, data)
}

/**
 * Asterisk describes its API with addresses that begin with http, TLS or not, and the package follows them: it
 * would talk plainly to a TLS port. In this thread nothing does.
 */
function speakTlsAlone(): void {
  Object.assign(http, { request: https.request, get: https.get })
}

/** Hosts ari-client for as long as the PBX answers; its WebSocket, which loses subscriptions, is never opened. */
async function host(parent: NonNullable<typeof parentPort>, data: AriWorkerData): Promise<void> {
  const say = (message: FromAriWorker) => parent.postMessage(message)
  /** Whether ARI answers a plain request; if not, says why, which ends this thread. */
  const answers = async (): Promise<boolean> => {
    const status = await probe(data)
    if (typeof status === 'string') say({ kind: 'unreachable', code: status })
    else if (status !== 200) say({ kind: 'unusable', status })
    return status === 200
  }
  if (!(await answers())) return

  const client = await ari.connect(data.url, data.username, data.password)
  parent.on('message', async ({ id, request }: ToAriWorker) => {
    try {
      // The package never settles what it asks of a PBX that is gone; a plain request says so at once.
      if (request.kind === 'ping' && !(await answers())) return
      if (request.kind === 'send') await send(client, request)
      if (request.kind === 'endpoints') say({ kind: 'done', id, names: await endpointNames(client) })
      else say({ kind: 'done', id })
    } catch (error) {
      say({ kind: 'refused', id, reason: reasonOf(error) })
    }
  })
  say({ kind: 'ready' })
}

/** The status of one plain request, or the socket's error code: a wrong password crashes the package. */
async function probe(data: AriWorkerData): Promise<number | string> {
  const authorization = `Basic ${Buffer.from(`${data.username}:${data.password}`).toString('base64')}`
  try {
    const answer = await fetch(new URL('/ari/asterisk/ping', data.url), {
      headers: { authorization },
      signal: AbortSignal.timeout(probeMs),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'ETIMEDOUT'
    const cause = error instanceof Error ? error.cause : undefined
    if (!(cause instanceof Error)) return 'EUNKNOWN'
    return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  }
}

async function endpointNames(client: ari.Client): Promise<string[]> {
  const endpoints = await client.endpoints.list()
  return endpoints.filter(({ technology }) => technology === 'PJSIP').map(({ resource }) => resource)
}

async function send(client: ari.Client, request: Extract<AriRequest, { kind: 'send' }>): Promise<void> {
  // A top-level body is dropped in silence and an empty MESSAGE sent: the text goes inside, beside an empty set
  // of variables, which would otherwise become SIP headers.
  const body: Record<string, unknown> = { body: request.text, variables: {} }
  await client.endpoints.sendMessage({ to: request.to, from: request.from, variables: body })
}

/** ARI answers `{"message":"…"}`, which the package hands over as an error's text. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message)
  } catch {
    return text === '' ? 'no reason given' : text
  }
  return text
}
