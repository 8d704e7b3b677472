import {
  asExtension,
  asGroupNumber,
  type Extension,
  type GroupKey,
  type GroupRef,
  groupKey,
  type Millis,
  type PbxId,
} from '../ids.ts'
import { type Schedule, type ScheduleKey, scheduleKey } from '../rules/schedule.ts'
import type { Group } from './group.ts'
import type { Presence } from './presence.ts'

/** An extension of the PBX: an agent, never a trunk. */
export interface ExtensionEntry {
  readonly extension: Extension
  readonly name: string
  /** The devices its hint names, `PJSIP/101`. */
  readonly devices: readonly string[]
}

/** Somebody who may log in to the PBX's web portal, and the extensions that are his. */
export interface PortalUser {
  readonly id: string
  readonly name: string
  readonly extensions: readonly Extension[]
}

/** Everything Parley knows of one PBX at one moment: a value, replaced as a whole, never changed. */
export interface Directory {
  readonly pbxId: PbxId
  readonly extensions: ReadonlyMap<Extension, ExtensionEntry>
  readonly groups: ReadonlyMap<GroupKey, Group>
  /** DIDs as the PBX's inbound routes write them. */
  readonly dids: readonly string[]
  /** Labels of DIDs, by the DID as it stands in `dids`. */
  readonly didNames: ReadonlyMap<string, string>
  readonly schedules: ReadonlyMap<ScheduleKey, Schedule>
  readonly portalUsers: readonly PortalUser[]
  /** When the PBX last answered; null before it ever did. */
  readonly readAt: Millis | null
}

/** `live`: the link is up and resynced. `stale`: the last reading, shown as such until the PBX answers. */
export type Freshness = 'live' | 'stale'

export interface PbxSnapshot {
  readonly directory: Directory
  readonly presence: ReadonlyMap<Extension, Presence>
  readonly freshness: Freshness
}

export const emptyDirectory = (pbxId: PbxId): Directory => ({
  pbxId,
  extensions: new Map(),
  groups: new Map(),
  dids: [],
  didNames: new Map(),
  schedules: new Map(),
  portalUsers: [],
  readAt: null,
})

/** The groups an extension belongs to, whether or not it is logged in: these are what its agent may see. */
export function groupsOf(directory: Directory, extension: Extension): Group[] {
  const alone = findGroup(directory, aloneRef(directory.pbxId, extension))
  const shared = [...directory.groups.values()].filter((group) =>
    group.members.some((member) => member.extension === extension),
  )
  return alone === null ? shared : [...shared, alone]
}

/** A ring group or queue of the PBX, or an extension as a group of one. */
export function findGroup(directory: Directory, ref: GroupRef): Group | null {
  if (ref.kind !== 'extension') return directory.groups.get(groupKey(ref)) ?? null
  const entry = directory.extensions.get(asExtension(ref.number))
  return entry === undefined ? null : groupOfOne(ref, entry)
}

const aloneRef = (pbxId: PbxId, extension: Extension): GroupRef => ({
  pbxId,
  kind: 'extension',
  number: asGroupNumber(extension),
})

const groupOfOne = (ref: GroupRef, { extension, name }: ExtensionEntry): Group => ({
  ref,
  name,
  strategy: 'linear',
  members: [
    {
      extension,
      position: 0,
      membership: 'static',
      penalty: 0,
      loggedIn: true,
      paused: false,
      pausedReason: null,
      lastCallAt: null,
      inCall: false,
    },
  ],
  foreign: [],
})

/** What to call a group: its name, else what the PBX shows of it. */
export function groupName(directory: Directory, ref: GroupRef): string {
  const name = findGroup(directory, ref)?.name
  if (name != null) return name
  const kind = { queue: 'Queue', 'ring-group': 'Ring group', extension: 'Extension' }[ref.kind]
  return `${kind} ${ref.number}`
}

/** Two directories say the same, whatever the order in which they were read. */
export function sameDirectory(a: Directory, b: Directory): boolean {
  return (
    a.pbxId === b.pbxId &&
    sameEntries(a.extensions, b.extensions) &&
    sameEntries(a.groups, b.groups) &&
    sameEntries(a.schedules, b.schedules) &&
    sameEntries(a.didNames, b.didNames) &&
    sameText([...a.dids].sort(byText), [...b.dids].sort(byText)) &&
    sameText(a.portalUsers, b.portalUsers)
  )
}

/** What is the very same value costs nothing: most of a large directory survives most changes. */
export function sameEntries<Key, Value>(a: ReadonlyMap<Key, Value>, b: ReadonlyMap<Key, Value>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = b.get(key)
    if (other === undefined || (other !== value && !sameText(value, other))) return false
  }
  return true
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A directory as plain JSON, maps as sorted arrays; `readAt` left out. */
export function plainDirectory(directory: Directory): PlainDirectory {
  return {
    pbxId: directory.pbxId,
    extensions: [...directory.extensions.values()].sort((a, b) => byText(a.extension, b.extension)),
    groups: [...directory.groups.values()].sort((a, b) => byText(groupKey(a.ref), groupKey(b.ref))),
    dids: [...directory.dids].sort(byText),
    didNames: [...directory.didNames].sort(([a], [b]) => byText(a, b)),
    schedules: [...directory.schedules.values()].sort((a, b) => byText(scheduleKey(a), scheduleKey(b))),
    portalUsers: directory.portalUsers,
  }
}

export interface PlainDirectory {
  readonly pbxId: PbxId
  readonly extensions: readonly ExtensionEntry[]
  readonly groups: readonly Group[]
  readonly dids: readonly string[]
  readonly didNames: readonly (readonly [string, string])[]
  readonly schedules: readonly Schedule[]
  readonly portalUsers: readonly PortalUser[]
}

/** The directory behind its plain form; what an older version did not write yet is empty. */
export function directoryOfPlain(
  plain: Omit<PlainDirectory, 'didNames' | 'schedules' | 'portalUsers'> & Partial<PlainDirectory>,
  readAt: Millis | null,
): Directory {
  return {
    pbxId: plain.pbxId,
    extensions: new Map(plain.extensions.map((entry) => [entry.extension, entry])),
    groups: new Map(plain.groups.map((group) => [groupKey(group.ref), group])),
    dids: plain.dids,
    didNames: new Map(plain.didNames ?? []),
    schedules: new Map((plain.schedules ?? []).map((schedule) => [scheduleKey(schedule), schedule])),
    portalUsers: plain.portalUsers ?? [],
    readAt,
  }
}
