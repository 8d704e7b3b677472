import type { Clock } from '../../app/ports.ts'
import type { ExtensionEntry } from '../../domain/directory.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import type { Presence } from '../../domain/presence.ts'
import { unknownPresence } from '../../domain/presence.ts'
import { dndDevice } from '../directory/hint.ts'
import { presenceOf, samePresence } from './device-states.ts'

type Entries = ReadonlyMap<Extension, ExtensionEntry>

/** Everybody's presence, as the states of their devices give it. */
export interface PresenceBoard {
  /** An immutable map; the same one as long as nothing changed. */
  current(): ReadonlyMap<Extension, Presence>
  /** Takes all states anew. */
  replace(extensions: Entries, states: ReadonlyMap<string, string>): void
  set(device: string, state: string): void
  /** Everybody's presence is unknown from now on. */
  lose(extensions: Entries): void
  close(): void
}

export interface PresenceBoardOptions {
  readonly clock: Clock
  /** How long a phone must stay away before it counts as gone: one that registers anew goes for an instant. */
  readonly settleMs: number
  /** A later `current()` gives another map. */
  onChanged(): void
}

export function createPresenceBoard({ clock, settleMs, onChanged }: PresenceBoardOptions): PresenceBoard {
  let entries: Entries = new Map()
  let states = new Map<string, string>()
  let owners: ReadonlyMap<string, Extension> = new Map()
  let presence: ReadonlyMap<Extension, Presence> = new Map()
  const changed = new Set<Extension>()
  const leaving = new Map<string, NodeJS.Timeout>()

  function enter(device: string, state: string): void {
    leaving.delete(device)
    states.set(device, state)
    const owner = owners.get(device)
    if (owner === undefined) return
    changed.add(owner)
    onChanged()
  }

  function forget(): void {
    for (const timer of leaving.values()) clearTimeout(timer)
    leaving.clear()
    changed.clear()
  }

  return {
    /** A burst of events costs one new map. */
    current() {
      if (changed.size === 0) return presence
      const next = new Map(presence)
      for (const extension of changed) {
        const entry = entries.get(extension)
        if (entry !== undefined)
          next.set(extension, kept(presence.get(extension), presenceOf(entry, states, clock())))
      }
      changed.clear()
      presence = next
      return presence
    },
    replace(extensions, read) {
      forget()
      entries = extensions
      states = new Map(read)
      owners = ownersOf(extensions)
      const before = presence
      presence = presenceFor(extensions, states, before, clock())
      if (presence !== before) onChanged()
    },
    set(device, state) {
      clearTimeout(leaving.get(device))
      leaving.delete(device)
      if (states.get(device) === state) return
      const mayComeBack = state === 'UNAVAILABLE' && owners.has(device)
      if (mayComeBack) leaving.set(device, setTimeout(enter, settleMs, device, state))
      else enter(device, state)
    },
    lose(extensions) {
      forget()
      const now = clock()
      presence = new Map(
        [...extensions.keys()].map((extension) => [extension, unknownPresence(extension, now)]),
      )
    },
    close: forget,
  }
}

/** `since` moves only when something did. */
const kept = (before: Presence | undefined, read: Presence): Presence =>
  before !== undefined && samePresence(before, read) ? before : read

/** The same map when nobody's presence changed. */
function presenceFor(
  entries: Entries,
  states: ReadonlyMap<string, string>,
  before: ReadonlyMap<Extension, Presence>,
  now: Millis,
): ReadonlyMap<Extension, Presence> {
  const next = new Map(
    [...entries.values()].map((entry) => [
      entry.extension,
      kept(before.get(entry.extension), presenceOf(entry, states, now)),
    ]),
  )
  const same =
    next.size === before.size && [...next].every(([extension, one]) => before.get(extension) === one)
  return same ? before : next
}

/** Which extension a device's state belongs to. */
function ownersOf(entries: Entries): Map<string, Extension> {
  const owners = new Map<string, Extension>()
  for (const { extension, devices } of entries.values()) {
    for (const device of devices) owners.set(device, extension)
    owners.set(dndDevice(extension), extension)
  }
  return owners
}
