import type { Clock } from '../app/ports.ts'
import type { Directory, Freshness, PbxSnapshot } from '../domain/directory.ts'
import { emptyDirectory, sameDirectory } from '../domain/directory.ts'
import type { Extension, PbxId } from '../domain/ids.ts'
import type { Presence } from '../domain/presence.ts'
import { unknownPresence } from '../domain/presence.ts'
import type { AmiMessage } from './ami-message.ts'
import { eventName, field } from './ami-message.ts'
import { readHint } from './directory/extensions.ts'
import { dndDevice } from './directory/hint.ts'
import type { PbxReading } from './directory/pbx-reading.ts'
import { directoryOf } from './directory/pbx-reading.ts'
import { applyQueueEvent, isQueueMemberEvent } from './directory/queue-event.ts'
import { presenceOf, readDeviceStates, samePresence } from './presence/device-states.ts'

export interface PbxViewOptions {
  readonly pbxId: PbxId
  readonly clock: Clock
  readonly lastDirectory: Directory | null
  /** How long a phone must stay away before it counts as gone: one that registers anew goes for an instant. */
  readonly settleMs: number
  /** Something changed; many changes of one moment make one call. `directory` tells whether it did. */
  onChanged(changed: { readonly directory: boolean }): void
}

/** What an event asks for beyond what could be applied at once. */
export type EventOutcome = 'applied' | 'read-again'

/** What Parley knows of the PBX: readings replace it, events amend it, a lost link makes it stale. */
export interface PbxView {
  snapshot(): PbxSnapshot
  /** Events from here on are kept, to be applied again over the reading under way. */
  beginReading(): void
  replace(reading: PbxReading): void
  apply(event: AmiMessage): EventOutcome
  lose(): void
  close(): void
}

export function createPbxView(options: PbxViewOptions): PbxView {
  const { pbxId, clock, settleMs } = options
  let directory = options.lastDirectory ?? emptyDirectory(pbxId)
  let presence: ReadonlyMap<Extension, Presence> = unknownFor(directory)
  let freshness: Freshness = 'stale'
  let reading: PbxReading | null = null
  let deviceStates = new Map<string, string>()
  let owners: ReadonlyMap<string, Extension> = new Map()
  let journal: AmiMessage[] | null = null
  const leaving = new Map<string, NodeJS.Timeout>()
  const stale = { directory: false, presence: new Set<Extension>() }
  let tick: NodeJS.Immediate | null = null
  let changedDirectory = false

  function unknownFor({ extensions }: Directory): Map<Extension, Presence> {
    const now = clock()
    return new Map([...extensions.keys()].map((extension) => [extension, unknownPresence(extension, now)]))
  }

  /** Works out what events left to be done; a burst of them costs one new directory and one new map. */
  function settle(): void {
    if (reading === null) return
    if (stale.directory) {
      stale.directory = false
      adopt(directoryOf(pbxId, reading, clock()))
    }
    if (stale.presence.size === 0) return
    const next = new Map(presence)
    for (const extension of stale.presence) {
      const entry = directory.extensions.get(extension)
      if (entry === undefined) continue
      const before = presence.get(extension)
      const after = presenceOf(entry, deviceStates, clock())
      if (before === undefined || !samePresence(before, after)) next.set(extension, after)
    }
    stale.presence.clear()
    presence = next
  }

  /** An equal directory only gives the time of its reading: whoever compares by identity sees no change. */
  function adopt(next: Directory): boolean {
    if (sameDirectory(directory, next)) {
      directory = { ...directory, readAt: next.readAt }
      return false
    }
    directory = next
    changedDirectory = true
    return true
  }

  function announce(): void {
    tick ??= setImmediate(() => {
      tick = null
      settle()
      const changed = { directory: changedDirectory }
      changedDirectory = false
      options.onChanged(changed)
    })
  }

  function setDevice(device: string, state: string): void {
    clearTimeout(leaving.get(device))
    leaving.delete(device)
    if (deviceStates.get(device) === state) return
    const owner = owners.get(device)
    if (owner === undefined) {
      deviceStates.set(device, state)
      return
    }
    const enter = () => {
      leaving.delete(device)
      deviceStates.set(device, state)
      stale.presence.add(owner)
      announce()
    }
    if (state === 'UNAVAILABLE') leaving.set(device, setTimeout(enter, settleMs))
    else enter()
  }

  function applyQueue(current: PbxReading, event: AmiMessage): EventOutcome {
    const number = field(event, 'queue') ?? ''
    const before = current.queues.get(number)
    const after = applyQueueEvent(before, event)
    if (after === null) return 'read-again'
    if (after === before) return 'applied'
    reading = { ...current, queues: new Map(current.queues).set(number, after) }
    stale.directory = true
    announce()
    return 'applied'
  }

  /** A new extension, another hint, or the same said again unasked, which is how a dialplan reload shows. */
  function applyHint(current: PbxReading, event: AmiMessage): EventOutcome {
    const hint = readHint(event)
    if (hint === null) return 'applied'
    const entry = current.extensions.get(hint.extension)
    const repeated = current.hintMarks.get(hint.extension) === hint.mark
    const sameDevices = entry?.devices.join('&') === hint.devices.join('&')
    if (!repeated && sameDevices) {
      reading = { ...current, hintMarks: new Map(current.hintMarks).set(hint.extension, hint.mark) }
      return 'applied'
    }
    return 'read-again'
  }

  function apply(event: AmiMessage): EventOutcome {
    journal?.push(event)
    if (reading === null) return 'applied'
    if (isQueueMemberEvent(event)) return applyQueue(reading, event)
    switch (eventName(event)) {
      case 'devicestatechange':
        for (const [device, state] of readDeviceStates([event])) setDevice(device, state)
        return 'applied'
      case 'extensionstatus':
        return applyHint(reading, event)
      case 'reload':
        return 'read-again'
      default:
        return 'applied'
    }
  }

  function forgetTimers(): void {
    for (const timer of leaving.values()) clearTimeout(timer)
    leaving.clear()
  }

  return {
    snapshot() {
      settle()
      return { directory, presence, freshness }
    },
    beginReading() {
      journal = []
    },
    replace(next) {
      forgetTimers()
      const wasStale = freshness === 'stale'
      const before = presence
      reading = next
      deviceStates = new Map(next.deviceStates)
      owners = ownersOf(next)
      stale.directory = false
      stale.presence.clear()
      const isNew = adopt(directoryOf(pbxId, next, clock()))
      presence = presenceFor(directory, deviceStates, before, clock())
      freshness = 'live'
      // What came while it was being read may be newer than what was read.
      const missed = journal ?? []
      journal = null
      for (const event of missed) if (eventName(event) !== 'extensionstatus') apply(event)
      if (wasStale || isNew || presence !== before) announce()
    },
    apply,
    lose() {
      forgetTimers()
      journal = null
      reading = null
      if (freshness === 'stale') return
      freshness = 'stale'
      presence = unknownFor(directory)
      stale.directory = false
      stale.presence.clear()
      announce()
    },
    close() {
      forgetTimers()
      if (tick !== null) clearImmediate(tick)
    },
  }
}

/** The same map when nobody's presence changed; unchanged ones keep their `since`. */
function presenceFor(
  directory: Directory,
  states: ReadonlyMap<string, string>,
  before: ReadonlyMap<Extension, Presence>,
  now: number,
): ReadonlyMap<Extension, Presence> {
  let same = before.size === directory.extensions.size
  const next = new Map<Extension, Presence>()
  for (const entry of directory.extensions.values()) {
    const known = before.get(entry.extension)
    const read = presenceOf(entry, states, now)
    const kept = known !== undefined && samePresence(known, read)
    if (!kept) same = false
    next.set(entry.extension, kept ? known : read)
  }
  return same ? before : next
}

/** Which extension a device's state belongs to. */
function ownersOf(reading: PbxReading): Map<string, Extension> {
  const owners = new Map<string, Extension>()
  for (const { extension, devices } of reading.extensions.values()) {
    for (const device of devices) owners.set(device, extension)
    owners.set(dndDevice(extension), extension)
  }
  return owners
}
