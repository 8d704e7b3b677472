import type { ClientFrame, ServerFrame } from '../../module/contract/live.ts'
import { backoffMs } from './backoff.ts'
import { Observed } from './observed.ts'

/**
 *   connecting ──ready──▶ live ──socket closes──▶ waiting ──▶ connecting
 *       └──────────────── refused frame ────────▶ refused     (until a new token is given)
 */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'waiting'; readonly attempt: number }
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string }

/** What a panel hears, in the order in which it was committed. */
export type LiveNews = Extract<ServerFrame, { type: 'event' | 'reset' | 'presence' | 'watching' }>

export interface LiveOptions {
  /** `ws(s)://…/live` */
  readonly url: string
  readonly token: string
  /** From the list that was loaded first: events after it are what the list does not know yet. */
  readonly cursor: string | null
  /** An overview: nobody is told of it, and it makes nobody reachable. */
  readonly quiet?: boolean
  /** 0 ≤ n < 1, for the jitter. */
  readonly random?: () => number
  readonly firstRetryMs?: number
}

/**
 * The socket to `/live`. It says hello with the token and the last cursor, and comes back by itself, so that a
 * listener hears every event once: after a gap too long for the server, `reset` says to load afresh.
 */
export class LiveClient {
  readonly state = new Observed<LiveState>({ kind: 'connecting' })
  readonly #listeners = new Set<(news: LiveNews) => void>()
  readonly #options: LiveOptions
  #token: string
  #cursor: string | null
  #socket: WebSocket | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #stopped = true

  constructor(options: LiveOptions) {
    this.#options = options
    this.#token = options.token
    this.#cursor = options.cursor
  }

  get cursor(): string | null {
    return this.#cursor
  }

  onNews(listener: (news: LiveNews) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#connect()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#drop()
  }

  /** The network is back, or the tab: don't sit out the wait. */
  hurry(): void {
    if (this.#stopped || this.state.value.kind !== 'waiting') return
    this.#attempt = 0
    this.#connect()
  }

  /** A fresh token: told on the open socket, or used to knock again where the old one was refused. */
  renew(token: string): void {
    this.#token = token
    if (this.#stopped) return
    if (this.state.value.kind === 'live') this.#send({ type: 'renew', token })
    else this.#connect()
  }

  /** What this panel shows or its agent writes: worth saying only now, so it does not wait for a connection. */
  watch(frame: Extract<ClientFrame, { type: 'viewing' | 'typing' }>): void {
    if (this.state.value.kind === 'live') this.#send(frame)
  }

  #hello(): void {
    const { quiet } = this.#options
    const hello = { type: 'hello', token: this.#token, cursor: this.#cursor } as const
    this.#send(quiet === true ? { ...hello, quiet } : hello)
  }

  #connect(): void {
    clearTimeout(this.#retry)
    this.#drop()
    this.state.set({ kind: 'connecting' })
    const socket = new WebSocket(this.#options.url)
    this.#socket = socket
    socket.onopen = () => this.#hello()
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (socket === this.#socket) this.#receive(message.data)
    }
    socket.onclose = () => {
      if (socket === this.#socket) this.#closed()
    }
  }

  #receive(data: unknown): void {
    const frame = readFrame(data)
    if (frame === null) return
    switch (frame.type) {
      case 'ready':
        this.#attempt = 0
        // With no cursor of our own, this is where listening began.
        this.#cursor ??= frame.cursor
        this.state.set({ kind: 'live' })
        return
      case 'renewed':
      // Told to administrators; the page that shows carriers asks for them.
      case 'carrier':
        return
      case 'refused':
        this.#refused(frame.code, frame.sentence)
        return
      case 'event':
      case 'reset':
        this.#cursor = frame.cursor
        this.#tell(frame)
        return
      case 'presence':
      case 'watching':
        this.#tell(frame)
        return
      default:
        frame satisfies never
    }
  }

  #refused(code: string, sentence: string): void {
    // A slow reader was cut off: it may come back and catch up. Anything else needs a new token or a new page.
    if (code === 'too-slow') return
    this.#drop()
    this.state.set({ kind: 'refused', code, sentence })
  }

  #closed(): void {
    this.#socket = null
    if (this.#stopped) return
    const random = this.#options.random ?? Math.random
    const waitMs = backoffMs(this.#attempt, random(), { firstMs: this.#options.firstRetryMs ?? 500 })
    this.#attempt += 1
    this.state.set({ kind: 'waiting', attempt: this.#attempt })
    this.#retry = setTimeout(() => this.#connect(), waitMs)
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = null
    if (socket !== null) socket.close()
  }

  #tell(news: LiveNews): void {
    for (const listener of [...this.#listeners]) listener(news)
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame))
  }
}

/** A frame of a newer server that this panel does not know is passed over. */
function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null
  const frame = JSON.parse(data) as { type?: unknown }
  return known.has(String(frame.type)) ? (frame as ServerFrame) : null
}

const known: ReadonlySet<string> = new Set<ServerFrame['type']>([
  'ready',
  'renewed',
  'event',
  'reset',
  'presence',
  'watching',
  'refused',
])
