import { type Extension, type GroupRef, groupKey } from '../ids.ts'
import type { Directory } from './directory.ts'

interface Membering {
  readonly group: GroupRef
  readonly extension: Extension
}

interface AddedAndRemoved<T> {
  readonly added: readonly T[]
  readonly removed: readonly T[]
}

/** Who and what came and went between two directories. */
export interface DirectoryChanges {
  readonly extensions: AddedAndRemoved<Extension>
  readonly groups: AddedAndRemoved<GroupRef>
  /** Those of new and of vanished groups included. Logging in or out is no change: a member stays one. */
  readonly members: AddedAndRemoved<Membering>
}

/** What the rest of Parley has to act on, such as releasing the conversations of somebody who left. */
export function directoryChanges(before: Directory, after: Directory): DirectoryChanges {
  return {
    extensions: {
      added: missingFrom(before.extensions, after.extensions),
      removed: missingFrom(after.extensions, before.extensions),
    },
    groups: {
      added: groupsMissingFrom(before, after),
      removed: groupsMissingFrom(after, before),
    },
    members: {
      added: membersMissingFrom(before, after),
      removed: membersMissingFrom(after, before),
    },
  }
}

export const isUnchanged = ({ extensions, groups, members }: DirectoryChanges): boolean =>
  [extensions, groups, members].every(({ added, removed }) => added.length === 0 && removed.length === 0)

const missingFrom = <Key>(here: ReadonlyMap<Key, unknown>, there: ReadonlyMap<Key, unknown>): Key[] =>
  [...there.keys()].filter((key) => !here.has(key))

const groupsMissingFrom = (here: Directory, there: Directory): GroupRef[] =>
  [...there.groups.values()].map(({ ref }) => ref).filter((ref) => !here.groups.has(groupKey(ref)))

function membersMissingFrom(here: Directory, there: Directory): Membering[] {
  return [...there.groups.values()].flatMap((group) => {
    const other = here.groups.get(groupKey(group.ref))
    if (other === group) return []
    const known = new Set(other?.members.map(({ extension }) => extension))
    return group.members
      .filter(({ extension }) => !known.has(extension))
      .map(({ extension }) => ({ group: group.ref, extension }))
  })
}
