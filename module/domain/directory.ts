import type { Group } from './group.ts'
import {
  asExtension,
  asGroupNumber,
  type Extension,
  type GroupKey,
  type GroupRef,
  groupKey,
  type Millis,
  type PbxId,
} from './ids.ts'
import type { Presence } from './presence.ts'

/** An extension of the PBX: an agent, never a trunk. */
export interface ExtensionEntry {
  readonly extension: Extension
  readonly name: string
  /** The devices its hint names, `PJSIP/101`. */
  readonly devices: readonly string[]
}

/** Everything Parley knows of one PBX at one moment: a value, replaced as a whole, never changed. */
export interface Directory {
  readonly pbxId: PbxId
  readonly extensions: ReadonlyMap<Extension, ExtensionEntry>
  readonly groups: ReadonlyMap<GroupKey, Group>
  /** DIDs as the PBX's inbound routes write them. */
  readonly dids: readonly string[]
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
  return JSON.stringify(plainDirectory(a)) === JSON.stringify(plainDirectory(b))
}

/** A directory as plain JSON, maps as sorted arrays; `readAt` left out. */
export function plainDirectory(directory: Directory): unknown {
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return {
    pbxId: directory.pbxId,
    extensions: [...directory.extensions.values()].sort((a, b) => byText(a.extension, b.extension)),
    groups: [...directory.groups.values()].sort((a, b) => byText(groupKey(a.ref), groupKey(b.ref))),
    dids: [...directory.dids].sort(byText),
  }
}
