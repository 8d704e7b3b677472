import { type Directory, groupsOf } from '../../domain/directory/directory.ts'
import { asGroupKey, type Extension, type GroupKey, groupKey, type PbxId } from '../../domain/ids.ts'
import type { Scope } from '../../domain/scopes.ts'
import type { Store } from '../ports/store.ts'

export type Role = 'agent' | 'supervisor' | 'admin'

/** Who asks. An administrator need not be an agent. */
export interface Viewer {
  readonly sessionId: string
  readonly extension: Extension | null
  readonly roles: readonly Role[]
  /** Groups that a supervisor looks after without being a member: `queue/8000`. */
  readonly groups?: readonly string[]
  /** A program with an API key: it may do what these say, whatever its roles. */
  readonly scopes?: readonly Scope[]
  /** What the key is called. */
  readonly keyName?: string
}

export const isAdmin = (viewer: Viewer): boolean => viewer.roles.includes('admin')

/** Groups by extension are worked out once per directory, since every request and every event asks. */
const byDirectory = new WeakMap<Directory, Map<Extension, readonly GroupKey[]>>()

/**
 * The groups whose conversations a viewer may see: an agent his own, an administrator all, those included that
 * the PBX no longer has or never told of.
 */
export function visibleGroups(
  viewer: Viewer,
  directory: Directory,
  store: Pick<Store, 'knownGroups'>,
): readonly GroupKey[] {
  if (isConfined(viewer)) return supervisedGroups(viewer, directory)
  const own = [...ownGroups(viewer, directory), ...supervisedGroups(viewer, directory)]
  return isAdmin(viewer) ? [...new Set([...directory.groups.keys(), ...store.knownGroups(), ...own])] : own
}

/** A key with groups of its own: whomever it writes as, his other groups stay closed to it. */
export const isConfined = ({ scopes, groups }: Viewer): boolean =>
  scopes !== undefined && groups !== undefined

/** Of the groups he may see, the one he asks for (`queue/8000`), or all. */
export function groupsAsked(
  visible: readonly GroupKey[],
  pbxId: PbxId,
  asked: string | undefined,
): readonly GroupKey[] {
  return asked === undefined ? visible : visible.filter((key) => key === asGroupKey(`${pbxId}/${asked}`))
}

/** Whether he may reassign, close and set things up in a group that he sees. */
export const isSupervisor = (viewer: Viewer): boolean =>
  isAdmin(viewer) || viewer.roles.includes('supervisor')

function supervisedGroups({ groups, roles }: Viewer, { pbxId }: Directory): readonly GroupKey[] {
  if (groups === undefined || !roles.includes('supervisor')) return []
  return groups.map((group) => asGroupKey(`${pbxId}/${group}`))
}

function ownGroups(viewer: Viewer, directory: Directory): readonly GroupKey[] {
  if (viewer.extension === null) return []
  let known = byDirectory.get(directory)
  if (known === undefined) {
    known = new Map()
    byDirectory.set(directory, known)
  }
  let keys = known.get(viewer.extension)
  if (keys === undefined) {
    keys = groupsOf(directory, viewer.extension).map((group) => groupKey(group.ref))
    known.set(viewer.extension, keys)
  }
  return keys
}
