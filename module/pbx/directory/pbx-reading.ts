import type { Directory, ExtensionEntry } from '../../domain/directory.ts'
import type { Group } from '../../domain/group.ts'
import type { Extension, GroupKey, Millis, PbxId } from '../../domain/ids.ts'
import { groupKey } from '../../domain/ids.ts'
import { queueGroup } from './queue-group.ts'
import type { QueueReading } from './queues.ts'
import type { RingGroupReading } from './ring-groups.ts'
import { ringGroup } from './ring-groups.ts'

/** Everything read of the PBX in one go: a value, replaced as a whole. */
export interface PbxReading {
  readonly extensions: ReadonlyMap<Extension, ExtensionEntry>
  /** The last ExtensionStatus of each extension, to tell a change from a repetition. */
  readonly hintMarks: ReadonlyMap<Extension, string>
  readonly queues: ReadonlyMap<string, QueueReading>
  readonly ringGroups: readonly RingGroupReading[]
  readonly dids: readonly string[]
  /** `PJSIP/101` → `NOT_INUSE`, `Custom:DND101` → `BUSY`. */
  readonly deviceStates: ReadonlyMap<string, string>
}

export function directoryOf(pbxId: PbxId, reading: PbxReading, readAt: Millis): Directory {
  const groups: Group[] = [
    ...reading.ringGroups.map((group) => ringGroup(pbxId, group, reading.extensions)),
    ...[...reading.queues.values()].map((queue) => queueGroup(pbxId, queue, reading.extensions)),
  ]
  return {
    pbxId,
    extensions: reading.extensions,
    groups: new Map<GroupKey, Group>(groups.map((group) => [groupKey(group.ref), group])),
    dids: reading.dids,
    readAt,
  }
}
