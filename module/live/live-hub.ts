import { readCursor, writeCursor } from '../app/conversations/cursor.ts'
import { isAdmin, type Viewer, visibleGroups } from '../app/people/access.ts'
import type { AwayAgents } from '../app/people/away-agents.ts'
import { peopleOf } from '../app/people/people.ts'
import type { Caller, Sessions, SessionVerdict } from '../app/people/sessions.ts'
import type { Clock, Log, Unsubscribe } from '../app/ports/ambient.ts'
import type { Panels } from '../app/ports/panels.ts'
import type { Pbx } from '../app/ports/pbx.ts'
import type { Store } from '../app/ports/store.ts'
import type { CarrierHealth, Health } from '../app/sending/carrier-health.ts'
import type { ClientFrame, GroupPresenceWire, ServerFrame } from '../contract/live.ts'
import { findGroup } from '../domain/directory/directory.ts'
import { type CommittedEvent, eventOwner } from '../domain/events.ts'
import {
  type CarrierId,
  type ConversationId,
  type Extension,
  type GroupKey,
  groupOfKey,
} from '../domain/ids.ts'
import { createWatchingHub } from './watching-hub.ts'

export interface LiveHubDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly away: Pick<AwayAgents, 'of' | 'onChanged'>
  /** How carriers fare, which administrators are told. */
  readonly carriers?: Pick<CarrierHealth, 'all' | 'onChanged'>
  readonly sessions: Pick<Sessions, 'verify' | 'onRevoked'>
  /** An agent writes in a conversation that he may see. */
  readonly onTyping?: (viewer: Viewer, id: ConversationId) => void
  readonly clock: Clock
  readonly log: Log
  /** How long an agent whose last panel closed still counts as having one open. */
  readonly reloadGraceMs?: number
}

/** One socket, as the hub sees it. `send` must not throw; `end` closes after what was sent has left. */
export interface LivePeer {
  send(frame: ServerFrame): void
  end(): void
}

type Hello = Omit<Extract<ClientFrame, { type: 'hello' }>, 'type'>
type Seat = Pick<Session, 'quiet' | 'viewer'>

interface Session {
  readonly peer: LivePeer
  /** One that oversees: nobody is told of it, and it makes nobody reachable. */
  readonly quiet: boolean
  viewer: Viewer
  expiresAt: number
  /** What was last said of each group's people, so that only changes are said again. */
  readonly said: Map<GroupKey, string>
  saidStale: boolean | null
}

/** Presence may change many times in a burst of calls; panels are told at most so often. */
const presencePauseMs = 100
const expiryCheckMs = 5000
/** A panel that was away for longer than this many events loads afresh, which is cheaper. */
const mostResumed = 1000

export type LiveHub = ReturnType<typeof createLiveHub>

/**
 * Tells panels what was committed, each only of the groups its viewer may see, and knows which agents have a
 * panel open. Authorisation is asked of the directory at every event, so a member who left hears nothing more.
 */
export function createLiveHub({
  store,
  pbx,
  away,
  carriers,
  sessions: known,
  onTyping,
  clock,
  log,
  reloadGraceMs = 3000,
}: LiveHubDeps) {
  const sessions = new Set<Session>()
  /** Open panels by agent; 0 while he may be reloading his last one. */
  const open = new Map<Extension, number>()
  const leaving = new Map<Extension, NodeJS.Timeout>()
  const panelListeners = new Set<() => void>()
  let presenceTimer: NodeJS.Timeout | null = null

  const panels: Panels = {
    isOpen: (extension) => open.has(extension),
    onChanged(listener): Unsubscribe {
      panelListeners.add(listener)
      return () => panelListeners.delete(listener)
    },
  }

  const watching = createWatchingHub({
    store,
    pbx,
    clock,
    panels: sessions,
    groupsOf,
    ...(onTyping === undefined ? {} : { onTyping }),
  })
  const unsubscribe = [
    store.onCommitted(tell),
    pbx.onChanged(presenceChanged),
    known.onRevoked(dropRevoked),
    away.onChanged(presenceChanged),
    carriers?.onChanged(tellOfCarrier) ?? (() => {}),
  ]
  const expiryTimer = setInterval(dropExpired, expiryCheckMs)
  expiryTimer.unref()

  function tell(events: readonly CommittedEvent[]): void {
    watching.committed(events)
    for (const session of sessions) {
      const groups = groupsOf(session)
      for (const event of events)
        if (groups.has(event.groupKey) && concerns(session, event)) session.peer.send(eventFrame(event))
    }
  }

  function tellOfCarrier(carrierId: CarrierId, health: Health): void {
    for (const { peer, viewer } of sessions) if (isAdmin(viewer)) peer.send(carrierFrame(carrierId, health))
  }

  /** Admits a peer whose first frame was `hello`; null when its token does not hold. */
  function admit(peer: LivePeer, { token, cursor, quiet = false }: Hello, caller: Caller): Session | null {
    const verdict = known.verify(token, caller)
    if (verdict.kind !== 'valid') {
      peer.send(refusal(verdict.kind))
      peer.end()
      return null
    }
    const session: Session = {
      peer,
      quiet,
      viewer: verdict.viewer,
      expiresAt: verdict.expiresAt,
      said: new Map(),
      saidStale: null,
    }
    resume(session, cursor)
    sessions.add(session)
    panelOpened(session)
    sendPresence(session, true)
    watching.admitted(session)
    if (isAdmin(session.viewer))
      for (const { carrierId, health } of carriers?.all() ?? []) peer.send(carrierFrame(carrierId, health))
    log.info(
      { sessionId: session.viewer.sessionId, extension: session.viewer.extension },
      'A panel connected',
    )
    return session
  }

  /** Sends what the peer missed. Runs in one turn with the admission, so no event falls between. */
  function resume(session: Session, cursor: string | null): void {
    const last = store.lastSeq()
    const here = writeCursor(store.epoch, last)
    session.peer.send({ type: 'ready', cursor: here, expiresAt: new Date(session.expiresAt).toISOString() })
    if (cursor === null) return
    const seq = readCursor(store.epoch, cursor)
    const missed =
      seq === null || seq > last ? null : store.eventsAfter(seq, [...groupsOf(session)], mostResumed)
    if (missed === null || missed.length === mostResumed) session.peer.send({ type: 'reset', cursor: here })
    else for (const event of missed) if (concerns(session, event)) session.peer.send(eventFrame(event))
  }

  function renew(session: Session, token: string, caller: Caller): void {
    const verdict = known.verify(token, caller)
    if (verdict.kind !== 'valid' || verdict.viewer.extension !== session.viewer.extension) {
      session.peer.send(refusal(verdict.kind === 'valid' ? 'invalid' : verdict.kind))
      drop(session)
      return
    }
    // What was counted by the old roles is uncounted by them; in this order he never seems to leave between.
    panelOpened({ ...session, viewer: verdict.viewer })
    panelClosed(session)
    session.viewer = verdict.viewer
    session.expiresAt = verdict.expiresAt
    session.peer.send({ type: 'renewed', expiresAt: new Date(verdict.expiresAt).toISOString() })
  }

  /** For a socket that closed, or that must. */
  function drop(session: Session): void {
    if (!sessions.delete(session)) return
    panelClosed(session)
    watching.left(session)
    session.peer.end()
  }

  function dropRevoked(sessionId: string): void {
    for (const session of sessions) {
      if (session.viewer.sessionId !== sessionId) continue
      session.peer.send(refusal('revoked'))
      drop(session)
    }
  }

  function dropExpired(): void {
    const now = clock()
    for (const session of sessions) {
      if (session.expiresAt > now) continue
      session.peer.send(refusal('expired'))
      drop(session)
    }
  }

  /** Only an agent's panel makes him reachable: in an administrator's he could not answer. */
  function panelOpened({ quiet, viewer: { extension, roles } }: Seat): void {
    if (quiet || extension === null || !roles.includes('agent')) return
    clearTimeout(leaving.get(extension))
    leaving.delete(extension)
    const wasThere = open.has(extension)
    open.set(extension, (open.get(extension) ?? 0) + 1)
    if (!wasThere) panelsChanged()
  }

  /** His last panel gone may be a page being reloaded: for a moment more he counts as there. */
  function panelClosed({ quiet, viewer: { extension, roles } }: Seat): void {
    if (quiet || extension === null || !roles.includes('agent')) return
    const others = (open.get(extension) ?? 1) - 1
    open.set(extension, others)
    if (others > 0) return
    const leave = setTimeout(() => {
      leaving.delete(extension)
      open.delete(extension)
      panelsChanged()
    }, reloadGraceMs)
    leaving.set(extension, leave)
  }

  function panelsChanged(): void {
    presenceChanged()
    for (const listener of panelListeners) listener()
  }

  function presenceChanged(): void {
    presenceTimer ??= setTimeout(() => {
      presenceTimer = null
      watching.recheck()
      for (const session of sessions) sendPresence(session, false)
    }, presencePauseMs)
  }

  function sendPresence(session: Session, full: boolean): void {
    const snapshot = pbx.snapshot()
    const stale = snapshot.freshness === 'stale'
    const groups: GroupPresenceWire[] = []
    for (const key of groupsOf(session)) {
      const ref = groupOfKey(key)
      const group = findGroup(snapshot.directory, ref)
      if (group === null) continue
      const people = peopleOf(group, { pbx: snapshot, panels, away, at: clock() })
      const text = JSON.stringify(people)
      if (!full && session.said.get(key) === text) continue
      session.said.set(key, text)
      groups.push({ kind: ref.kind, number: ref.number, people })
    }
    // Who is in no group must hear of an outage all the same.
    if (!full && groups.length === 0 && session.saidStale === stale) return
    session.saidStale = stale
    session.peer.send({ type: 'presence', stale, full, groups })
  }

  function groupsOf({ viewer }: Pick<Session, 'viewer'>): Set<GroupKey> {
    return new Set(visibleGroups(viewer, pbx.snapshot().directory, store))
  }

  /** What an agent reads, mutes and pins is told to his own panels only. */
  function concerns({ viewer }: Session, { event }: CommittedEvent): boolean {
    const owner = eventOwner(event)
    return owner === null || owner === viewer.extension
  }

  const eventFrame = ({ seq, at, conversationId, event }: CommittedEvent): ServerFrame => ({
    type: 'event',
    cursor: writeCursor(store.epoch, seq),
    conversationId,
    at: new Date(at).toISOString(),
    event,
  })

  return {
    panels,
    admit,
    renew,
    drop,
    /** An extension's user may do other things now: his panels come back as what he is, and load afresh. */
    reconnect(extension: Extension): void {
      for (const session of sessions) if (session.viewer.extension === extension) drop(session)
    },
    /** A frame about what a panel shows or its agent writes. */
    watch(session: Session, frame: Parameters<typeof watching.hear>[1]): void {
      if (!session.quiet) watching.hear(session, frame)
    },
    /** Panels are told nothing further and their sockets end. */
    close(): void {
      clearInterval(expiryTimer)
      watching.close()
      if (presenceTimer !== null) clearTimeout(presenceTimer)
      for (const stop of unsubscribe) stop()
      for (const session of sessions) drop(session)
      for (const leave of leaving.values()) clearTimeout(leave)
    },
  }
}

const carrierFrame = (carrierId: CarrierId, { state, sentence, since }: Health): ServerFrame => ({
  type: 'carrier',
  carrierId,
  state,
  sentence,
  since: new Date(since).toISOString(),
})

const refusals: Readonly<
  Record<Exclude<SessionVerdict['kind'], 'valid'>, readonly ['expired' | 'unauthorised', string]>
> = {
  expired: ['expired', 'Your session has ended. Open the panel from the PBX again.'],
  invalid: ['unauthorised', 'This session is not valid. Open the panel from the PBX again.'],
  revoked: ['unauthorised', 'This session was ended. Sign in again.'],
}

function refusal(why: keyof typeof refusals): ServerFrame {
  const [code, sentence] = refusals[why]
  return { type: 'refused', code, sentence }
}
