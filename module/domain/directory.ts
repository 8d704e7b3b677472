import type { Group } from './group.ts'
import type { Extension, GroupKey, Millis, PbxId } from './ids.ts'
import { groupKey } from './ids.ts'
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
  return [...directory.groups.values()].filter((group) =>
    group.members.some((member) => member.extension === extension),
  )
}

export const findGroup = (directory: Directory, key: GroupKey): Group | undefined => directory.groups.get(key)

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
