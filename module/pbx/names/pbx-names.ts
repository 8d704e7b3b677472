import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Directory, PortalUser } from '../../domain/directory/directory.ts'
import { sameEntries } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import { asExtension, type GroupKey } from '../../domain/ids.ts'
import { type Schedule, type ScheduleKey, scheduleKey } from '../../domain/rules/schedule.ts'

/** What people call things at the PBX, which keeps these names where neither AMI nor ARI can read them. */
export interface PbxNames {
  /** By kind and number: `queue/8000`. */
  readonly groups: ReadonlyMap<string, string>
  /** By the DID as the inbound route writes it. */
  readonly dids: ReadonlyMap<string, string>
  readonly schedules: ReadonlyMap<ScheduleKey, string>
  readonly portalUsers: readonly PortalUser[]
}

export const noNames: PbxNames = {
  groups: new Map(),
  dids: new Map(),
  schedules: new Map(),
  portalUsers: [],
}

const Name = Type.String({ maxLength: 500 })
/** PHP writes a number that is all digits either way. */
const Digits = Type.Union([Type.String({ minLength: 1, maxLength: 80 }), Type.Integer({ minimum: 0 })])

/**
 * The names file, in JSON; every part may be left out, what is not listed here is passed over:
 * ```json
 * {
 *   "groups": [{ "kind": "queue", "number": "8000", "name": "Support" },
 *              { "kind": "ring-group", "number": "600", "name": "Sales" }],
 *   "dids": [{ "did": "16313808000", "name": "Main line" }],
 *   "timeConditions": [{ "id": "1", "name": "Office hours" }],
 *   "callFlows": [{ "id": "0", "name": "Holiday switch" }],
 *   "portalUsers": [{ "id": "7", "name": "Alice Adams", "extensions": ["101"] }]
 * }
 * ```
 * Numbers and ids are text or whole numbers. Write it beside its place and rename it there, so that nobody
 * reads half of it. On FreePBX the Parley module writes it at every Apply Config; elsewhere it is written by hand.
 */
const NamesFile = Type.Object({
  groups: Type.Optional(
    Type.Array(Type.Object({ kind: Type.Enum(['queue', 'ring-group']), number: Digits, name: Name })),
  ),
  dids: Type.Optional(Type.Array(Type.Object({ did: Digits, name: Name }))),
  timeConditions: Type.Optional(Type.Array(Type.Object({ id: Digits, name: Name }))),
  callFlows: Type.Optional(Type.Array(Type.Object({ id: Digits, name: Name }))),
  portalUsers: Type.Optional(
    Type.Array(Type.Object({ id: Digits, name: Name, extensions: Type.Array(Digits) })),
  ),
})
type NamesFile = Static<typeof NamesFile>

/** Throws an Error whose message says where the text is wrong, without quoting it. */
export function parseNames(text: string): PbxNames {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  if (!Value.Check(NamesFile, value)) {
    const [error] = Value.Errors(NamesFile, value)
    throw new Error(`${error?.instancePath || 'the whole'}: ${error?.message ?? 'not understood'}`)
  }
  const file: NamesFile = value
  return {
    groups: named((file.groups ?? []).map(({ kind, number, name }) => [`${kind}/${number}`, name])),
    dids: named((file.dids ?? []).map(({ did, name }) => [String(did), name])),
    schedules: named([
      ...(file.timeConditions ?? []).map(({ id, name }) => [timeCondition(id), name] as const),
      ...(file.callFlows ?? []).map(({ id, name }) => [callFlow(id), name] as const),
    ]),
    portalUsers: (file.portalUsers ?? []).map(({ id, name, extensions }) => ({
      id: String(id),
      name: tidy(name),
      extensions: extensions.map((extension) => asExtension(String(extension))),
    })),
  }
}

const timeCondition = (id: string | number) => scheduleKey({ kind: 'time-condition', id: String(id) })
const callFlow = (id: string | number) => scheduleKey({ kind: 'call-flow', id: String(id) })

/** Of a name given twice the last counts; an empty one is none. */
const named = <Key extends string>(entries: readonly (readonly [Key, string])[]): Map<Key, string> =>
  new Map(
    entries
      .map(([key, name]) => [key, tidy(name)] as const)
      .filter((entry): entry is [Key, string] => entry[1] !== ''),
  )

/** Names stand in one line of a list, whatever somebody pasted into them. */
const tidy = (name: string): string => name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()

/** The directory under these names; the same object where they change nothing. */
export function withNames(directory: Directory, names: PbxNames): Directory {
  const groups = new Map<GroupKey, Group>()
  for (const [key, group] of directory.groups) {
    const name = names.groups.get(`${group.ref.kind}/${group.ref.number}`) ?? null
    groups.set(key, group.name === name ? group : { ...group, name })
  }
  const schedules = new Map<ScheduleKey, Schedule>()
  for (const [key, schedule] of directory.schedules) {
    const name = names.schedules.get(key) ?? null
    schedules.set(key, schedule.name === name ? schedule : { ...schedule, name })
  }
  const unchanged =
    sameEntries(groups, directory.groups) &&
    sameEntries(schedules, directory.schedules) &&
    sameEntries(names.dids, directory.didNames) &&
    JSON.stringify(names.portalUsers) === JSON.stringify(directory.portalUsers)
  if (unchanged) return directory
  return { ...directory, groups, schedules, didNames: names.dids, portalUsers: names.portalUsers }
}
