import type { Clock } from '../app/ports/ambient.ts'
import type { Directory, Freshness, PbxSnapshot } from '../domain/directory/directory.ts'
import { emptyDirectory, sameDirectory } from '../domain/directory/directory.ts'
import { type DirectoryChanges, directoryChanges } from '../domain/directory/directory-changes.ts'
import type { Millis, PbxId } from '../domain/ids.ts'
import type { AmiMessage } from './ami-message.ts'
import { eventName, field } from './ami-message.ts'
import { extensionContext, readHint } from './directory/extensions.ts'
import type { PbxReading } from './directory/pbx-reading.ts'
import { createDirectoryMaker } from './directory/pbx-reading.ts'
import { applyAgentComplete, applyQueueEvent, isQueueMemberEvent } from './directory/queue-event.ts'
import type { QueueReading } from './directory/queues.ts'
import { isScheduleDevice, type ScheduleFacts } from './directory/schedules.ts'
import { createEventBacklog, type EventBacklog } from './event-backlog.ts'
import { mergedField } from './event-key.ts'
import type { ReadingKind } from './keep-reading.ts'
import { type PbxNames, withNames } from './names/pbx-names.ts'
import { readAgentStatuses } from './presence/agent-status.ts'
import { readDeviceStates } from './presence/device-states.ts'
import { createPresenceBoard } from './presence/presence-board.ts'

interface PbxViewOptions {
  readonly pbxId: PbxId
  readonly clock: Clock
  readonly lastDirectory: Directory | null
  /** What people call things; null where nobody says, which leaves the last directory's names. */
  names(): PbxNames | null
  /** The contexts of the extensions' hints besides FreePBX's own. */
  readonly hintContexts?: readonly string[]
  /** How long a phone must stay away before it counts as gone: one that registers anew goes for an instant. */
  readonly settleMs: number
  /** How long after Asterisk's start a phone that it has not heard of since is only said to be there. */
  readonly provisionalMs: number
  /** Listeners are called no more often than this, so that a flood of events does not become one of calls. */
  readonly paceMs: number
  /** Something changed; many changes of one moment make one call. `directory` is null where that did not. */
  onChanged(changed: { readonly directory: DirectoryChanges | null }): void
}

/** What an event asks for beyond what could be applied at once. */
type EventOutcome = 'applied' | ReadingKind

/** What Parley knows of the PBX: readings replace it, events amend it, a lost link makes it stale. */
export interface PbxView {
  snapshot(): PbxSnapshot
  /** Events from here on are kept, to be applied again over the reading under way. */
  beginReading(): void
  replace(reading: PbxReading): void
  /** What is known of what opens and closes; null before anything was read. */
  scheduleFacts(): ScheduleFacts | null
  replaceSchedules(facts: Omit<ScheduleFacts, 'deviceStates'>): void
  apply(event: AmiMessage): EventOutcome
  /** Asterisk says when it started. */
  booted(at: Millis): void
  /** The names are others now. */
  rename(): void
  lose(): void
  close(): void
}

export function createPbxView(options: PbxViewOptions): PbxView {
  const { pbxId, clock } = options
  const hintContexts = [extensionContext, ...(options.hintContexts ?? [])]
  const maker = createDirectoryMaker(pbxId)
  let directory = named(options.lastDirectory ?? emptyDirectory(pbxId))
  /** As listeners know it. */
  let told = directory
  let freshness: Freshness = 'stale'
  let reading: PbxReading | null = null
  let hintMarks = new Map<string, string>()
  let journal: EventBacklog | null = null
  let directoryIsDue = false
  let lastCall = Number.NEGATIVE_INFINITY
  let cancelCall: (() => void) | null = null
  const board = createPresenceBoard({
    clock,
    settleMs: options.settleMs,
    provisionalMs: options.provisionalMs,
    onChanged: announce,
  })
  board.lose(directory.extensions)

  function named(unnamed: Directory): Directory {
    const names = options.names()
    return names === null ? unnamed : withNames(unnamed, names)
  }

  function announce(): void {
    if (cancelCall !== null) return
    const waitMs = lastCall + options.paceMs - performance.now()
    if (waitMs > 0) {
      const timer = setTimeout(call, waitMs)
      cancelCall = () => clearTimeout(timer)
    } else {
      const tick = setImmediate(call)
      cancelCall = () => clearImmediate(tick)
    }
  }

  function call(): void {
    cancelCall = null
    lastCall = performance.now()
    settle()
    const changes =
      told === directory || sameDirectory(told, directory) ? null : directoryChanges(told, directory)
    told = directory
    options.onChanged({ directory: changes })
  }

  /** Makes the directory that events left due; a burst of them costs one. */
  function settle(): void {
    if (!directoryIsDue || reading === null) return
    directoryIsDue = false
    adopt(reading)
    board.setQueues(maker.standings(reading))
  }

  /** An equal directory only gives the time of its reading. */
  function adopt(read: PbxReading): void {
    const next = named(maker.directory(read, clock()))
    if (sameDirectory(directory, next)) {
      directory = { ...directory, readAt: next.readAt }
      return
    }
    directory = next
    announce()
  }

  function amend(current: PbxReading, change: Partial<PbxReading>): EventOutcome {
    reading = { ...current, ...change }
    directoryIsDue = true
    announce()
    return 'applied'
  }

  function amendQueue(
    current: PbxReading,
    event: AmiMessage,
    change: (queue: QueueReading | undefined) => QueueReading | null,
  ): EventOutcome {
    const number = field(event, 'queue') ?? ''
    const before = current.queues.get(number)
    const after = change(before)
    if (after === null) return 'check'
    if (after === before) return 'applied'
    return amend(current, { queues: new Map(current.queues).set(number, after) })
  }

  /** A new extension, another hint, or the same said again unasked, which is how a dialplan reload shows. */
  function applyHint(current: PbxReading, event: AmiMessage): EventOutcome {
    const hint = readHint(event, hintContexts)
    if (hint === null) return 'applied'
    const known = current.extensions.get(hint.extension)
    if (known?.devices.join('&') !== hint.devices.join('&')) return 'check'
    const repeated = hintMarks.get(hint.extension) === hint.mark && field(event, mergedField) === undefined
    hintMarks.set(hint.extension, hint.mark)
    return repeated ? 'check' : 'applied'
  }

  function applyDevice(current: PbxReading, event: AmiMessage): EventOutcome {
    let outcome: EventOutcome = 'applied'
    for (const [device, state] of readDeviceStates([event])) {
      board.setDevice(device, state)
      if (!isScheduleDevice(device)) continue
      const { schedules } = current
      const deviceStates = new Map(schedules.deviceStates).set(device, state)
      amend(current, { schedules: { ...schedules, deviceStates } })
      outcome = 'schedules'
    }
    return outcome
  }

  function apply(event: AmiMessage): EventOutcome {
    journal?.push(event)
    if (reading === null) return 'applied'
    if (isQueueMemberEvent(event)) {
      return amendQueue(reading, event, (queue) => applyQueueEvent(queue, event))
    }
    switch (eventName(event)) {
      case 'devicestatechange':
        return applyDevice(reading, event)
      case 'presencestatechange':
        for (const [extension, status] of readAgentStatuses([event])) board.setStatus(extension, status)
        return 'applied'
      case 'agentcomplete': {
        const endedAt = clock() + reading.clockAheadMs
        return amendQueue(reading, event, (queue) => applyAgentComplete(queue, event, endedAt))
      }
      case 'extensionstatus':
        return applyHint(reading, event)
      case 'reload':
        return 'thorough'
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
      journal = createEventBacklog()
    },
    replace(next) {
      reading = next
      hintMarks = new Map(next.hintMarks)
      directoryIsDue = false
      adopt(next)
      board.replace(directory.extensions, next, maker.standings(next))
      if (freshness === 'stale') announce()
      freshness = 'live'
      const missed = journal?.takeAll() ?? []
      journal = null
      // What asked for this reading is answered by it, or asks again by itself.
      for (const event of missed) if (eventName(event) !== 'extensionstatus') apply(event)
    },
    scheduleFacts: () => reading?.schedules ?? null,
    replaceSchedules(facts) {
      if (reading === null) return
      const { deviceStates } = reading.schedules
      amend(reading, { schedules: { ...facts, deviceStates } })
    },
    apply,
    booted: board.setBooted,
    rename() {
      settle()
      const next = named(directory)
      if (next === directory) return
      directory = next
      announce()
    },
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
      cancelCall?.()
    },
  }
}
