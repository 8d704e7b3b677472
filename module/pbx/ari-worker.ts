import { parentPort, workerData } from 'node:worker_threads'
import ari from 'ari-client'

export interface AriWorkerData {
  /** `http://127.0.0.1:8088` */
  readonly url: string
  readonly username: string
  readonly password: string
}

export type AriRequest =
  | { readonly kind: 'ping' }
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
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }

if (parentPort !== null) await host(parentPort, workerData as AriWorkerData)

/** Hosts ari-client for as long as the PBX answers; its WebSocket, which loses subscriptions, is never opened. */
async function host(parent: NonNullable<typeof parentPort>, data: AriWorkerData): Promise<void> {
  const say = (message: FromAriWorker) => parent.postMessage(message)
  const status = await probe(data)
  if (typeof status === 'string') return say({ kind: 'unreachable', code: status })
  if (status !== 200) return say({ kind: 'unusable', status })

  const client = await ari.connect(data.url, data.username, data.password)
  parent.on('message', ({ id, request }: ToAriWorker) => {
    perform(client, request).then(
      () => say({ kind: 'done', id }),
      (error: unknown) => say({ kind: 'refused', id, reason: reasonOf(error) }),
    )
  })
  say({ kind: 'ready' })
}

/** The status of one plain request, or the socket's error code: a wrong password crashes the package. */
async function probe(data: AriWorkerData): Promise<number | string> {
  const authorization = `Basic ${Buffer.from(`${data.username}:${data.password}`).toString('base64')}`
  try {
    const answer = await fetch(new URL('/ari/asterisk/ping', data.url), { headers: { authorization } })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    return cause instanceof Error && 'code' in cause ? String(cause.code) : 'EUNKNOWN'
  }
}

function perform(client: ari.Client, request: AriRequest): Promise<unknown> {
  if (request.kind === 'ping') return client.asterisk.ping()
  // A top-level body is dropped in silence and an empty MESSAGE sent: the text goes inside, beside an empty set
  // of variables, which would otherwise become SIP headers.
  const body: Record<string, unknown> = { body: request.text, variables: {} }
  return client.endpoints.sendMessage({ to: request.to, from: request.from, variables: body })
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
