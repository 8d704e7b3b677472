import type { Clock } from '../../app/ports/ambient.ts'
import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { AgentStatus, Presence } from '../../domain/directory/presence.ts'
import { unknownPresence } from '../../domain/directory/presence.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import { dndDevice } from '../directory/hint.ts'
import type { QueueStanding } from '../directory/queue-standing.ts'
import { createSettling } from './device-settling.ts'
import { presenceOf } from './presence-of.ts'

type Entries = ReadonlyMap<Extension, ExtensionEntry>

/** What a reading brings for presence. */
interface PresenceReading {
  readonly deviceStates: ReadonlyMap<string, string>
  readonly withoutContact: ReadonlySet<string>
  readonly dnd: ReadonlySet<Extension>
  readonly statuses: ReadonlyMap<Extension, AgentStatus | null>
}

/** Everybody's presence, as devices, AstDB, presence states and queues together give it. */
export interface PresenceBoard {
  /** An immutable map; the same one as long as nothing changed. */
  current(): ReadonlyMap<Extension, Presence>
  /** Takes everything anew. */
  replace(extensions: Entries, reading: PresenceReading, queues: ReadonlyMap<Extension, QueueStanding>): void
  setDevice(device: string, state: string): void
  setStatus(extension: Extension, status: AgentStatus | null): void
  setQueues(queues: ReadonlyMap<Extension, QueueStanding>): void
  /** Asterisk started then: until long after, what it says of devices it has not heard of is provisional. */
  setBooted(at: Millis): void
  /** Everybody's presence is unknown from now on. */
  lose(extensions: Entries): void
  close(): void
}

interface PresenceBoardOptions {
  readonly clock: Clock
  /** How long a phone must stay away before it counts as gone: one that registers anew goes for an instant. */
  readonly settleMs: number
  /** How long after its start Asterisk may not have noticed yet that a phone is gone: some qualifying rounds. */
  readonly provisionalMs: number
  /** A later `current()` gives another map. */
  onChanged(): void
}

export function createPresenceBoard(options: PresenceBoardOptions): PresenceBoard {
  const { clock, onChanged } = options
  let entries: Entries = new Map()
  let states = new Map<string, string>()
  let withoutContact = new Set<string>()
  let dnd = new Set<Extension>()
  let statuses = new Map<Extension, AgentStatus | null>()
  let queues: ReadonlyMap<Extension, QueueStanding> = new Map()
  let owners: ReadonlyMap<string, readonly Extension[]> = new Map()
  let presence: ReadonlyMap<Extension, Presence> = new Map()
  let bootedAt: Millis | null = null
  let timer: NodeJS.Timeout | undefined
  const heard = new Set<string>()
  const changed = new Set<Extension>()
  const settling = createSettling(options.settleMs, enter)

  const provisionalUntil = () => (bootedAt === null ? 0 : bootedAt + options.provisionalMs)
  const isUnheard = (device: string) => !heard.has(device) && clock() < provisionalUntil()

  function touch(...extensions: readonly Extension[]): void {
    const known = extensions.filter((extension) => entries.has(extension))
    for (const extension of known) changed.add(extension)
    if (known.length > 0) onChanged()
  }

  function enter(device: string, state: string): void {
    states.set(device, state)
    touch(...(owners.get(device) ?? []))
  }

  /** What ends by the clock alone: a wrap-up, and the time in which states are provisional. */
  function plan(): void {
    clearTimeout(timer)
    const now = clock()
    let next = provisionalUntil()
    for (const { wrapUpUntil } of queues.values()) {
      if (wrapUpUntil !== null && wrapUpUntil > now && (next <= now || wrapUpUntil < next)) next = wrapUpUntil
    }
    if (next > now) timer = setTimeout(expire, Math.min(next - now, 2 ** 31 - 1))
  }

  function expire(): void {
    const now = clock()
    for (const { extension, wrapUpUntil, provisional } of presence.values()) {
      const wrappedUp = wrapUpUntil !== null && wrapUpUntil <= now
      if (wrappedUp || (provisional && provisionalUntil() <= now)) changed.add(extension)
    }
    if (changed.size > 0) onChanged()
    plan()
  }

  const judge = (entry: ExtensionEntry): Presence =>
    presenceOf(
      entry,
      { states, withoutContact, dnd, statuses, queues, isUnheard },
      presence.get(entry.extension),
      clock(),
    )

  /** The same map when nobody's presence changed. */
  function judgeAll(): ReadonlyMap<Extension, Presence> {
    const next = new Map([...entries.values()].map((entry) => [entry.extension, judge(entry)]))
    const same =
      next.size === presence.size && [...next].every(([extension, one]) => presence.get(extension) === one)
    return same ? presence : next
  }

  return {
    /** A burst of events costs one new map. */
    current() {
      let next: Map<Extension, Presence> | null = null
      for (const extension of changed) {
        const entry = entries.get(extension)
        if (entry === undefined) continue
        const judged = judge(entry)
        if (judged === presence.get(extension)) continue
        next ??= new Map(presence)
        next.set(extension, judged)
      }
      changed.clear()
      presence = next ?? presence
      return presence
    },
    replace(extensions, reading, standings) {
      settling.forget()
      changed.clear()
      if (entries !== extensions) owners = ownersOf(extensions)
      entries = extensions
      states = new Map(reading.deviceStates)
      withoutContact = new Set(reading.withoutContact)
      dnd = new Set(reading.dnd)
      statuses = new Map(reading.statuses)
      queues = standings
      const before = presence
      presence = judgeAll()
      plan()
      if (presence !== before) onChanged()
    },
    setDevice(device, state) {
      const owning = owners.get(device)
      if (owning === undefined) return
      heard.add(device)
      for (const owner of owning) {
        if (device !== dndDevice(owner)) continue
        // Whoever switches it writes both; the AstDB itself tells nobody.
        if (state === 'BUSY') dnd.add(owner)
        else dnd.delete(owner)
      }
      // Its word counts again, even where it only repeats itself.
      const isProvisional = owning.some((owner) => presence.get(owner)?.provisional === true)
      if (withoutContact.delete(device) || isProvisional) touch(...owning)
      settling.take(device, state, states.get(device))
    },
    setStatus(extension, status) {
      statuses.set(extension, status)
      touch(extension)
    },
    setQueues(standings) {
      const before = queues
      queues = standings
      for (const extension of new Set([...before.keys(), ...standings.keys()])) {
        if (JSON.stringify(before.get(extension)) !== JSON.stringify(standings.get(extension)))
          touch(extension)
      }
      plan()
    },
    setBooted(at) {
      bootedAt = at
      heard.clear()
      plan()
    },
    lose(extensions) {
      settling.forget()
      changed.clear()
      clearTimeout(timer)
      bootedAt = null
      const now = clock()
      presence = new Map(
        [...extensions.keys()].map((extension) => [extension, unknownPresence(extension, now)]),
      )
    },
    close() {
      settling.forget()
      clearTimeout(timer)
    },
  }
}

/** Whose presence a device's state is part of: a device may stand in several hints. */
function ownersOf(entries: Entries): Map<string, Extension[]> {
  const owners = new Map<string, Extension[]>()
  for (const { extension, devices } of entries.values()) {
    for (const device of [...devices, dndDevice(extension)]) {
      const owning = owners.get(device)
      if (owning === undefined) owners.set(device, [extension])
      else owning.push(extension)
    }
  }
  return owners
}
