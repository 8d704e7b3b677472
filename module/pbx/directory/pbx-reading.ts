import type { Directory, ExtensionEntry } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import type { AgentStatus } from '../../domain/directory/presence.ts'
import type { Extension, GroupKey, Millis, PbxId } from '../../domain/ids.ts'
import { groupKey } from '../../domain/ids.ts'
import type { UnreadableLine } from './dialplan-place.ts'
import type { Extensions } from './interface.ts'
import { queueGroup, queueSeats } from './queue-group.ts'
import type { QueueSeat, QueueStanding } from './queue-standing.ts'
import { queueStandings } from './queue-standing.ts'
import type { QueueReading } from './queues.ts'
import type { RingGroupReading } from './ring-groups.ts'
import { ringGroup } from './ring-groups.ts'
import type { ScheduleFacts } from './schedules.ts'
import { schedulesOf } from './schedules.ts'

/** Everything read of the PBX in one go: a value, replaced as a whole. */
export interface PbxReading {
  readonly extensions: ReadonlyMap<Extension, ExtensionEntry>
  /** The last ExtensionStatus of each extension, to tell a change from a repetition. */
  readonly hintMarks: ReadonlyMap<Extension, string>
  readonly queues: ReadonlyMap<string, QueueReading>
  readonly ringGroups: readonly RingGroupReading[]
  readonly dids: readonly string[]
  readonly schedules: ScheduleFacts
  /** `PJSIP/101` → `NOT_INUSE`, `Custom:DND101` → `BUSY`. */
  readonly deviceStates: ReadonlyMap<string, string>
  /** Devices whose state says registered, and that have no contact all the same. */
  readonly withoutContact: ReadonlySet<string>
  /** Extensions with do-not-disturb in the AstDB. */
  readonly dnd: ReadonlySet<Extension>
  readonly statuses: ReadonlyMap<Extension, AgentStatus | null>
  /** How far the PBX's clock is ahead of ours, in whole seconds. */
  readonly clockAheadMs: number
  readonly unreadable: readonly UnreadableLine[]
}

/** A reading turned into what the rest of Parley sees; what did not change since the last time is the same. */
interface DirectoryMaker {
  directory(reading: PbxReading, readAt: Millis): Directory
  /** How everybody stands with his queues. */
  standings(reading: PbxReading): ReadonlyMap<Extension, QueueStanding>
}

export function createDirectoryMaker(pbxId: PbxId): DirectoryMaker {
  const groups = rememberByExtensions((queue: QueueReading, extensions) =>
    queueGroup(pbxId, queue, extensions),
  )
  const seats = rememberByExtensions(queueSeats)
  const ringGroups = rememberByExtensions((reading: RingGroupReading, extensions) =>
    ringGroup(pbxId, reading, extensions),
  )
  return {
    directory(reading, readAt) {
      const { extensions } = reading
      const all: Group[] = [
        ...reading.ringGroups.map((group) => ringGroups(group, extensions)),
        ...[...reading.queues.values()].map((queue) => groups(queue, extensions)),
      ]
      return {
        pbxId,
        extensions,
        groups: new Map<GroupKey, Group>(all.map((group) => [groupKey(group.ref), group])),
        dids: reading.dids,
        didNames: new Map(),
        schedules: schedulesOf(reading.schedules),
        portalUsers: [],
        readAt,
      }
    },
    standings(reading) {
      const all = [...reading.queues.values()]
        .sort((a, b) => a.number.length - b.number.length || (a.number < b.number ? -1 : 1))
        .flatMap((queue) => seats(queue, reading.extensions))
      return queueStandings(all.map((seat) => byOurClock(seat, reading.clockAheadMs)))
    },
  }
}

const byOurClock = (seat: QueueSeat, aheadMs: number): QueueSeat =>
  seat.wrapUpUntil === null || aheadMs === 0 ? seat : { ...seat, wrapUpUntil: seat.wrapUpUntil - aheadMs }

/** An event changes one queue of hundreds: the others are not worked out anew. */
function rememberByExtensions<Of extends object, Result>(
  work: (of: Of, extensions: Extensions) => Result,
): (of: Of, extensions: Extensions) => Result {
  const known = new WeakMap<Of, { readonly extensions: Extensions; readonly result: Result }>()
  return (of, extensions) => {
    const before = known.get(of)
    if (before?.extensions === extensions) return before.result
    const result = work(of, extensions)
    known.set(of, { extensions, result })
    return result
  }
}
