import type { IncomingMessage } from 'node:http'
import { type FetchOutcome, type MediaFetcher, type MediaFiles, MediaFilesError } from '../app/ports/media.ts'
import { fileTooLargeSentence } from '../domain/message/file-size.ts'
import type { MediaRef } from '../domain/message/message-content.ts'
import { reasonOf } from './error-reason.ts'
import { guardedGet, type RequestGuard, RequestRefused } from './guarded-request.ts'

export interface MediaFetcherOptions extends RequestGuard {
  readonly files: Pick<MediaFiles, 'keep'>
  readonly longestBytes: number
  /** For the whole of one file. */
  readonly deadlineMs?: number
  /** How long it may be silent. */
  readonly stallMs?: number
}

const usualDeadlineMs = 15 * 60 * 1000
const usualStallMs = 30 * 1000
const mostRedirects = 3
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What may pass by itself: a token being renewed, a host that is busy. Other answers of 400 and above are final. */
const passing: ReadonlySet<number> = new Set([401, 403, 407, 408, 409, 423, 425, 429])

type Location = Parameters<MediaFetcher['fetch']>[0]

/** Fetches files from where carriers keep them, and nothing from anywhere else. */
export function createMediaFetcher(options: MediaFetcherOptions): MediaFetcher {
  const { files, longestBytes, deadlineMs = usualDeadlineMs, stallMs = usualStallMs } = options

  return {
    async fetch(location, ref, signal) {
      const stall = stallWatch(stallMs)
      const ended = AbortSignal.any([signal, stall.signal, AbortSignal.timeout(deadlineMs)])
      try {
        const response = await follow(location, options, ended, stall.heard)
        if (!('headers' in response)) return response
        return await download(response, ref, stall.heard)
      } catch (error) {
        return outcomeOfError(error, ended, longestBytes)
      } finally {
        stall.end()
      }
    },
  }

  async function download(
    response: IncomingMessage,
    ref: MediaRef,
    heard: () => void,
  ): Promise<FetchOutcome> {
    const refused = await readHead(response)
    if (refused !== null) return refused
    const declared = [ref.contentType, response.headers['content-type']]
    const about = { longestBytes, declared, fileName: ref.fileName ?? null }
    try {
      return { kind: 'kept', file: await files.keep(audible(response, heard), about) }
    } finally {
      response.destroy()
    }
  }

  async function readHead(response: IncomingMessage): Promise<FetchOutcome | null> {
    const status = response.statusCode ?? 0
    const length = Number(response.headers['content-length'] ?? 0)
    const outcome = status === 200 || status === 203 ? null : outcomeOfStatus(status, response)
    if (outcome === null && length <= longestBytes) return null
    response.destroy()
    return outcome ?? tooLarge(`it has ${length} bytes`, longestBytes)
  }
}

/**
 * Credentials go to the carrier's own hosts, and to no host at all once a redirect has led away from them.
 * @throws RequestRefused
 */
async function follow(
  { url: start, headers, credentialHosts }: Location,
  guard: RequestGuard,
  signal: AbortSignal,
  heard: () => void,
): Promise<IncomingMessage | FetchOutcome> {
  if (!URL.canParse(start)) throw new RequestRefused('the carrier gives no URL')
  let url = new URL(start)
  let atHome = true
  for (let hops = 0; hops <= mostRedirects; hops++) {
    atHome = atHome && isOneOf(url.hostname, credentialHosts)
    const response = await guardedGet({ url, headers: atHome ? headers : {}, signal }, guard)
    heard()
    const { location } = response.headers
    if (!redirects.has(response.statusCode ?? 0) || location === undefined) return response
    response.destroy()
    if (!URL.canParse(location, url)) throw new RequestRefused('it redirects to no URL')
    url = new URL(location, url)
  }
  throw new RequestRefused(`it redirects more than ${mostRedirects} times`)
}

/** Exact names, or `.example.com` for all below it. */
function isOneOf(hostname: string, hosts: readonly string[]): boolean {
  const name = hostname.toLowerCase()
  return hosts.some((host) =>
    host.startsWith('.') ? name.endsWith(host.toLowerCase()) : name === host.toLowerCase(),
  )
}

/** Aborts when nothing is heard for so long. */
function stallWatch(stallMs: number) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`nothing came for ${stallMs} ms`)), stallMs)
  return { signal: controller.signal, heard: () => void timer.refresh(), end: () => clearTimeout(timer) }
}

async function* audible(source: AsyncIterable<Uint8Array>, heard: () => void): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    heard()
    yield chunk
  }
}

function outcomeOfStatus(status: number, { headers }: IncomingMessage): FetchOutcome {
  const reason = `the host answered ${status}`
  if (status === 404 || status === 410) {
    return {
      kind: 'failed',
      reason,
      sentence: 'The carrier no longer has this file. Ask the sender for it again.',
    }
  }
  if (status >= 400 && status < 500 && !passing.has(status)) {
    return { kind: 'failed', reason, sentence: `The carrier refuses to give this file (${status}).` }
  }
  const seconds = Number(headers['retry-after'])
  return {
    kind: 'retry',
    reason,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
  }
}

function outcomeOfError(error: unknown, signal: AbortSignal, longestBytes: number): FetchOutcome {
  if (error instanceof RequestRefused) {
    return {
      kind: 'failed',
      reason: error.message,
      sentence: 'The carrier keeps this file at an address that Parley does not fetch from.',
    }
  }
  if (error instanceof MediaFilesError) {
    switch (error.code) {
      case 'too-large':
        return tooLarge(error.message, longestBytes)
      case 'empty':
        return { kind: 'retry', reason: error.message, retryAfterMs: null }
      case 'no-room':
        return { kind: 'no-room' }
      default:
        return error.code satisfies never
    }
  }
  return { kind: 'retry', reason: reasonOf(signal.aborted ? signal.reason : error), retryAfterMs: null }
}

const tooLarge = (reason: string, longestBytes: number): FetchOutcome => ({
  kind: 'failed',
  reason,
  sentence: fileTooLargeSentence(longestBytes),
})
