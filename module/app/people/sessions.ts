import type { Extension, Millis } from '../../domain/ids.ts'
import type { NewSession, SessionSeen, SessionSource } from '../ports/access.ts'
import type { Clock, Log, Unsubscribe } from '../ports/ambient.ts'
import type { Store } from '../ports/store.ts'
import type { Role, Viewer } from './access.ts'
import { browserFamily, networkOf } from './browser-family.ts'
import type { Grants } from './grants.ts'
import { type TokenVerdict, verifyToken } from './session-token.ts'

export interface SessionsDeps {
  readonly store: Pick<Store, 'access'>
  readonly tokenKey: Uint8Array
  readonly grants: Pick<Grants, 'of'>
  readonly clock: Clock
  readonly log: Log
  /** How often what was seen goes to disk. */
  readonly flushMs?: number
}

/** Where a request comes from. */
export interface Caller {
  readonly userAgent: string | undefined
  readonly address: string
}

export type SessionVerdict =
  | Extract<TokenVerdict, { kind: 'valid' }>
  | { readonly kind: 'expired' | 'invalid' | 'revoked' }

interface Known {
  lastSeenAt: Millis
  expiresAt: Millis
  toldAt: Millis
}

const dayMs = 24 * 60 * 60 * 1000
/** Ended sessions, and the codes behind them, are kept so long for who looks back. */
const endedKeptMs = 30 * dayMs
const answersKeptMs = dayMs
/** A session seen again within this is not worth a write. */
const seenEveryMs = 60_000
const pruneEveryMs = 60 * 60 * 1000

export type Sessions = ReturnType<typeof createSessions>

/**
 * Tells whether a token is good, and keeps who is signed in. A request asks memory alone: the revoked sessions are
 * a set, and what was seen goes to disk in batches behind it.
 */
export function createSessions({ store, tokenKey, grants, clock, log, flushMs = 5000 }: SessionsDeps) {
  const { access } = store
  const revoked = new Set(access.revokedSessions())
  const known = new Map<string, Known>()
  const fresh = new Map<string, NewSession>()
  const seen = new Map<string, SessionSeen>()
  const listeners = new Set<(sid: string) => void>()
  let flushing: Promise<void> = Promise.resolve()
  let prunedAt = 0

  const timer = setInterval(() => void flush(), flushMs)
  timer.unref()

  function check(token: string): SessionVerdict {
    const verdict = verifyToken(tokenKey, token, clock())
    if (verdict.kind !== 'valid') return verdict
    if (revoked.has(verdict.viewer.sessionId)) return { kind: 'revoked' }
    return verdict.source === 'standalone' ? { ...verdict, viewer: withGrants(verdict.viewer) } : verdict
  }

  /** Who signed in without the portal is what Parley grants him at this moment, not what it did then. */
  function withGrants(viewer: Viewer): Viewer {
    if (viewer.extension === null) return viewer
    const { roles, groups } = grants.of(viewer.extension)
    return { sessionId: viewer.sessionId, extension: viewer.extension, roles: ['agent', ...roles], groups }
  }

  function note(verdict: Extract<SessionVerdict, { kind: 'valid' }>, caller: Caller): void {
    const now = clock()
    const { sessionId: sid, extension, roles } = verdict.viewer
    const expiresAt = verdict.endsAt ?? verdict.expiresAt
    const before = known.get(sid)
    if (before === undefined) {
      known.set(sid, { lastSeenAt: now, expiresAt, toldAt: now })
      fresh.set(sid, newSession(sid, extension, roles, verdict.source, caller, now, expiresAt))
      return
    }
    before.lastSeenAt = now
    if (now - before.toldAt < seenEveryMs && expiresAt <= before.expiresAt) return
    before.toldAt = now
    before.expiresAt = Math.max(before.expiresAt, expiresAt)
    seen.set(sid, { sid, at: now, expiresAt: before.expiresAt })
  }

  function flush(): Promise<void> {
    const [news, old] = [[...fresh.values()], [...seen.values()]]
    fresh.clear()
    seen.clear()
    flushing = flushing.then(() => record(news, old))
    return flushing
  }

  async function record(news: readonly NewSession[], old: readonly SessionSeen[]): Promise<void> {
    try {
      // Those known from before a restart are inserted in vain, and their times still count.
      const again = news.map(({ sid, lastSeenAt, expiresAt }) => ({ sid, at: lastSeenAt, expiresAt }))
      if (news.length + old.length > 0) await access.recordSessions(news, [...again, ...old])
      await prune()
    } catch (error) {
      log.error({ err: error }, 'Sessions could not be recorded')
    }
  }

  async function prune(): Promise<void> {
    const now = clock()
    if (now - prunedAt < pruneEveryMs) return
    prunedAt = now
    for (const [sid, { expiresAt }] of known) if (expiresAt <= now) known.delete(sid)
    await access.pruneAccess({
      sessions: now - endedKeptMs,
      codes: now - dayMs,
      answers: now - answersKeptMs,
    })
    const stillRevoked = new Set(access.revokedSessions())
    for (const sid of revoked) if (!stillRevoked.has(sid)) revoked.delete(sid)
  }

  return {
    /** For a request or a socket: whose it is. Remembers that the session was seen. */
    verify(token: string, caller: Caller): SessionVerdict {
      const verdict = check(token)
      if (verdict.kind === 'valid') note(verdict, caller)
      return verdict
    },

    /** Ends a session at once: no token of it is good any more, and its sockets close. */
    async revoke(sid: string, by: string): Promise<boolean> {
      // It may have been seen for the first time a moment ago.
      await flush()
      const record = await access.revokeSession(sid, by, clock())
      if (record === null) return false
      revoked.add(sid)
      known.delete(sid)
      for (const listener of [...listeners]) listener(sid)
      return true
    },

    /** What was seen until now is on disk when this resolves. */
    flush,

    onRevoked(listener: (sid: string) => void): Unsubscribe {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    newSession,

    async close(): Promise<void> {
      clearInterval(timer)
      await flush()
    },
  }
}

function newSession(
  sid: string,
  extension: Extension | null,
  roles: readonly Role[],
  source: SessionSource,
  { address, userAgent }: Caller,
  at: Millis,
  expiresAt: Millis,
): NewSession {
  const [browser, network] = [browserFamily(userAgent), networkOf(address)]
  return {
    sid,
    extension,
    roles,
    source,
    browser,
    address: network,
    firstSeenAt: at,
    lastSeenAt: at,
    expiresAt,
  }
}
