import type { Clock } from '../app/ports.ts'
import type { Directory, Freshness, PbxSnapshot } from '../domain/directory.ts'
import { emptyDirectory, sameDirectory } from '../domain/directory.ts'
import type { PbxId } from '../domain/ids.ts'
import type { AmiMessage } from './ami-message.ts'
import { eventName, field } from './ami-message.ts'
import { readHint } from './directory/extensions.ts'
import type { PbxReading } from './directory/pbx-reading.ts'
import { directoryOf } from './directory/pbx-reading.ts'
import { applyQueueEvent, isQueueMemberEvent } from './directory/queue-event.ts'
import { readDeviceStates } from './presence/device-states.ts'
import { createPresenceBoard } from './presence/presence-board.ts'

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
  const { pbxId, clock } = options
  let directory = options.lastDirectory ?? emptyDirectory(pbxId)
  let freshness: Freshness = 'stale'
  let reading: PbxReading | null = null
  let journal: AmiMessage[] | null = null
  let directoryIsDue = false
  let directoryChanged = false
  let tick: NodeJS.Immediate | null = null
  const board = createPresenceBoard({ clock, settleMs: options.settleMs, onChanged: announce })
  board.lose(directory.extensions)

  function announce(): void {
    tick ??= setImmediate(() => {
      tick = null
      settle()
      const changed = { directory: directoryChanged }
      directoryChanged = false
      options.onChanged(changed)
    })
  }

  /** Makes the directory that events left due; a burst of them costs one. */
  function settle(): void {
    if (!directoryIsDue || reading === null) return
    directoryIsDue = false
    adopt(reading)
  }

  /** An equal directory only gives the time of its reading. */
  function adopt(read: PbxReading): void {
    const next = directoryOf(pbxId, read, clock())
    if (sameDirectory(directory, next)) {
      directory = { ...directory, readAt: next.readAt }
      return
    }
    directory = next
    directoryChanged = true
    announce()
  }

  function applyQueue(current: PbxReading, event: AmiMessage): EventOutcome {
    const number = field(event, 'queue') ?? ''
    const before = current.queues.get(number)
    const after = applyQueueEvent(before, event)
    if (after === null) return 'read-again'
    if (after === before) return 'applied'
    reading = { ...current, queues: new Map(current.queues).set(number, after) }
    directoryIsDue = true
    announce()
    return 'applied'
  }

  /** A new extension, another hint, or the same said again unasked, which is how a dialplan reload shows. */
  function applyHint(current: PbxReading, event: AmiMessage): EventOutcome {
    const hint = readHint(event)
    if (hint === null) return 'applied'
    const known = current.extensions.get(hint.extension)
    const repeated = current.hintMarks.get(hint.extension) === hint.mark
    if (repeated || known?.devices.join('&') !== hint.devices.join('&')) return 'read-again'
    reading = { ...current, hintMarks: new Map(current.hintMarks).set(hint.extension, hint.mark) }
    return 'applied'
  }

  function apply(event: AmiMessage): EventOutcome {
    journal?.push(event)
    if (reading === null) return 'applied'
    if (isQueueMemberEvent(event)) return applyQueue(reading, event)
    switch (eventName(event)) {
      case 'devicestatechange':
        for (const [device, state] of readDeviceStates([event])) board.set(device, state)
        return 'applied'
      case 'extensionstatus':
        return applyHint(reading, event)
      case 'reload':
        return 'read-again'
      default:
        return 'applied'
    }
  }

  return {
    snapshot() {
      settle()
      return { directory, presence: board.current(), freshness }
    },
    beginReading() {
      journal = []
    },
    replace(next) {
      reading = next
      directoryIsDue = false
      adopt(next)
      board.replace(directory.extensions, next.deviceStates)
      if (freshness === 'stale') announce()
      freshness = 'live'
      const missed = journal ?? []
      journal = null
      for (const event of missed) if (eventName(event) !== 'extensionstatus') apply(event)
    },
    apply,
    lose() {
      journal = null
      reading = null
      directoryIsDue = false
      if (freshness === 'stale') return
      freshness = 'stale'
      board.lose(directory.extensions)
      announce()
    },
    close() {
      board.close()
      if (tick !== null) clearImmediate(tick)
    },
  }
}
