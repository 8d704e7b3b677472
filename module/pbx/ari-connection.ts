import type { Log } from '../app/ports/ambient.ts'
import type { AriRequest, AriWorkerData, FromAriWorker, ToAriWorker } from './ari-worker.ts'
import type { LinkLoss } from './pbx-error.ts'
import { PbxError } from './pbx-error.ts'
import { createSession } from './session.ts'
import { isTlsFault, readAuthority, tlsSentence } from './tls-access.ts'

export interface AriAccess {
  /** `http://127.0.0.1:8088` */
  readonly url: string
  readonly username: string
  readonly password: string
  /** A PEM file: the certificate authority that alone is believed; without it those of the system. */
  readonly ca?: string | null
}

export interface AriTimes {
  readonly openMs: number
  readonly requestMs: number
}

export const usualAriTimes: AriTimes = { openMs: 15_000, requestMs: 10_000 }

interface AriOptions {
  readonly access: AriAccess
  readonly times: AriTimes
  readonly log: Log
  readonly signal: AbortSignal
}

export interface AriConnection {
  /** Resolves when Asterisk took it; rejects with a PbxError, always within the deadline. */
  send(to: string, from: string, text: string): Promise<void>
  /** The names of the PJSIP endpoints, trunks among them. Rejects as `send` does. */
  endpoints(): Promise<readonly string[]>
  ping(): Promise<void>
  readonly ended: Promise<LinkLoss>
  end(loss: LinkLoss): Promise<void>
}

/** Opens ARI in a worker of its own; rejects with a LinkError that says what stood in the way. */
export async function openAri(options: AriOptions): Promise<AriConnection> {
  const { access, times } = options
  const waiting = new Map<number, (outcome: PbxError | readonly string[]) => void>()
  const ready = Promise.withResolvers<void>()
  let nextId = 0

  const session = createSession<ToAriWorker, FromAriWorker>({
    name: 'ari',
    file: new URL('./ari-worker.ts', import.meta.url),
    data: {
      url: access.url,
      username: access.username,
      password: access.password,
      ca: readAuthority(access.ca),
    } satisfies AriWorkerData,
    log: options.log,
    signal: options.signal,
    onMessage: receive,
    onEnded: ({ sentence }) => {
      for (const settle of [...waiting.values()]) settle(new PbxError('lost', sentence))
    },
  })

  function receive(message: FromAriWorker): void {
    switch (message.kind) {
      case 'ready':
        ready.resolve()
        break
      case 'unusable':
        void session.end(statusLoss(message.status, access))
        break
      case 'unreachable':
        void session.end(unreachable(message.code, access))
        break
      case 'done':
        waiting.get(message.id)?.(message.names ?? [])
        break
      case 'refused':
        waiting.get(message.id)?.(new PbxError('refused', message.reason))
        break
      default:
        message satisfies never
    }
  }

  /** ari-client never settles what it asked of a PBX that went away, so each request has its own end. */
  function ask(request: AriRequest): Promise<readonly string[]> {
    if (session.loss() !== null) return Promise.reject(new PbxError('link-down', 'The link to ARI is down.'))
    const id = ++nextId
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
    const settle = (outcome: PbxError | readonly string[]) => {
      clearTimeout(timer)
      waiting.delete(id)
      if (outcome instanceof PbxError) reject(outcome)
      else resolve(outcome)
    }
    const timer = setTimeout(
      () => settle(new PbxError('deadline', `ARI gave no answer in ${times.requestMs} ms.`)),
      times.requestMs,
    )
    waiting.set(id, settle)
    session.post({ id, request })
    return promise
  }

  const connection: AriConnection = {
    async send(to, from, text) {
      refuseControlCharacters(to, from)
      await ask({ kind: 'send', to, from, text })
    },
    endpoints: () => ask({ kind: 'endpoints' }),
    async ping() {
      await ask({ kind: 'ping' })
    },
    ended: session.ended,
    end: session.end,
  }
  return session.open(async () => {
    await session.step(ready.promise, times.openMs, () => unreachable('ETIMEDOUT', access))
    return connection
  })
}

function refuseControlCharacters(...values: string[]): void {
  if (values.some((value) => /[\r\n\0]/.test(value))) {
    throw new PbxError('forbidden-character', 'An address holds a line break or a NUL. Remove it.')
  }
}

/** While booting Asterisk answers 404, then 503, then 200; a wrong password is 401. */
function statusLoss(status: number, access: AriAccess): LinkLoss {
  if (status === 401 || status === 403) {
    return {
      code: 'wrong-credentials',
      sentence: `Asterisk refused the ARI user "${access.username}". Check its name and password in ari.conf, then reload with "module reload res_ari.so".`,
    }
  }
  if (status === 503)
    return { code: 'not-booted', sentence: 'Asterisk is still starting. Parley tries again by itself.' }
  if (status === 404) {
    return {
      code: 'not-booted',
      sentence: `${access.url} has no ARI. If Asterisk is not just starting, set enabled = yes in ari.conf.`,
    }
  }
  return { code: 'fault', sentence: `ARI at ${access.url} answered with status ${status}.` }
}

function unreachable(code: string, access: AriAccess): LinkLoss {
  if (isTlsFault(code)) return { code: 'fault', sentence: tlsSentence(access.url, code) }
  // What undici calls a peer that answers with something else than HTTP, or hangs up without an answer.
  if (code === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_SOCKET') {
    return {
      code: 'fault',
      sentence: `Something answers at ${access.url}, but not as Asterisk’s HTTP server does. Check the port: it is bindport in http.conf, usually 8088.`,
    }
  }
  return {
    code: code === 'ECONNREFUSED' ? 'refused' : code.includes('TIMEOUT') ? 'timeout' : 'lost',
    sentence: `Nothing answers at ${access.url} (${code}). Start Asterisk, or check enabled, bindaddr and bindport in http.conf.`,
  }
}
