import type { Clock, Log, RandomSource } from '../app/ports/ambient.ts'
import type { LinkState } from '../app/ports/pbx.ts'
import type { LinkLoss } from './pbx-error.ts'
import { lossOf } from './pbx-error.ts'

/** What a link keeps up: one session, which ends for good when it ends. */
export interface Connection {
  ping(): Promise<void>
  readonly ended: Promise<LinkLoss>
  end(loss: LinkLoss): Promise<void>
}

export interface LinkTimes {
  /** The wait after the first failure; it doubles with each further one. */
  readonly firstRetryMs: number
  readonly longestRetryMs: number
  /** A peer that answers no Ping is gone, whatever its socket says. */
  readonly heartbeatMs: number
}

export const usualLinkTimes: LinkTimes = { firstRetryMs: 500, longestRetryMs: 30_000, heartbeatMs: 10_000 }

interface LinkOptions<C extends Connection> {
  readonly name: string
  readonly times: LinkTimes
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  open(signal: AbortSignal): Promise<C>
  onUp(connection: C): void
  onDown(): void
  /** After each change of `state()`. */
  onState(): void
}

export interface Link<C extends Connection> {
  state(): LinkState
  /** Null while there is none: ask nothing then. */
  current(): C | null
  start(): void
  /** Looks now whether the session still answers. */
  check(): void
  /** Ends the session and every timer; nothing is called afterwards. */
  close(): Promise<void>
}

/** Keeps a session up: a fresh one after each loss, with growing, jittered waits. */
export function createLink<C extends Connection>(options: LinkOptions<C>): Link<C> {
  const { name, times, clock, random, log } = options
  const stop = new AbortController()
  let state: LinkState = { kind: 'connecting' }
  let current: C | null = null
  let running: Promise<void> | null = null

  function enter(next: LinkState): void {
    state = next
    if (!stop.signal.aborted) options.onState()
  }

  /** Repeated failures keep the moment of the first, and are told to the log once. */
  function enterDown(loss: LinkLoss): void {
    if (state.kind === 'down' && state.code === loss.code && state.sentence === loss.sentence) return
    log.warn({ link: name, code: loss.code }, loss.sentence)
    enter({ kind: 'down', since: state.kind === 'down' ? state.since : clock(), ...loss })
  }

  async function live(connection: C): Promise<LinkLoss> {
    current = connection
    enter({ kind: 'up', since: clock() })
    log.info({ link: name }, 'The link is up.')
    try {
      options.onUp(connection)
    } catch (error) {
      void connection.end(lossOf(error))
    }
    const heartbeat = beat(connection, times.heartbeatMs)
    const loss = await connection.ended
    heartbeat()
    current = null
    await connection.end(loss)
    return loss
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stop.signal.aborted) {
      const opened = clock()
      const loss = await options.open(stop.signal).then(live).catch(lossOf)
      if (stop.signal.aborted) return
      enterDown(loss)
      options.onDown()
      // A session that died young is a failure too, or a PBX that drops us at once would be asked in a loop.
      failures = clock() - opened > times.longestRetryMs ? 0 : failures + 1
      await pause(retryWait(loss, failures, times, random()), stop.signal)
    }
  }

  return {
    state: () => state,
    current: () => current,
    start() {
      running ??= run()
    },
    check() {
      const checked = current
      checked?.ping().catch((error: unknown) => checked.end(lossOf(error)))
    },
    async close() {
      stop.abort()
      await current?.end({ code: 'lost', sentence: 'The link was closed.' })
      await running
    },
  }
}

/**
 * Half of the wait is chance, so that many clients of one PBX do not come back at once. What only a person can
 * mend is tried rarely: a wrong password repeated quickly gets this machine banned.
 */
export function retryWait(loss: LinkLoss, failures: number, times: LinkTimes, draw: number): number {
  const byHand = loss.code === 'wrong-credentials' || loss.code === 'permission'
  const doubled = byHand ? times.longestRetryMs : times.firstRetryMs * 2 ** Math.min(failures - 1, 20)
  return Math.min(times.longestRetryMs, doubled) * (0.5 + draw / 2)
}

/** Waits, or less when the link is closed meanwhile. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/** Pings one at a time; a failed one ends the session. The answer stops it. */
function beat(connection: Connection, everyMs: number): () => void {
  let stopped = false
  let timer: NodeJS.Timeout
  const next = () => {
    if (stopped) return
    timer = setTimeout(() => {
      connection.ping().then(next, (error: unknown) => {
        if (!stopped) void connection.end(lossOf(error))
      })
    }, everyMs)
  }
  next()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
