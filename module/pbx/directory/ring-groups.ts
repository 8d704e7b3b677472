import type { ForeignMember, Group, Member, RingGroupStrategy } from '../../domain/directory/group.ts'
import { ringGroupStrategies } from '../../domain/directory/group.ts'
import type { Extension, PbxId } from '../../domain/ids.ts'
import { asGroupNumber } from '../../domain/ids.ts'
import type { DialplanStep } from './dialplan.ts'
import { stepsByNumber, subroutineCall } from './dialplan.ts'
import type { UnreadableLine } from './dialplan-place.ts'
import { excerpt } from './dialplan-place.ts'
import type { Extensions } from './interface.ts'
import { resolveInterface, resolveNumber } from './interface.ts'

/** Where FreePBX writes its ring groups. */
export const ringGroupContext = 'ext-group'

/** One ring group, before its members are known as extensions. */
export interface RingGroupReading {
  readonly number: string
  readonly strategy: RingGroupStrategy
  /** As listed: `['101', '102#', '06501112233#']`, or devices where a plain dialplan dials those. */
  readonly list: readonly string[]
}

/** The groups that could be read, and the lines of those that could not. */
export interface RingGroupsReading {
  readonly groups: readonly RingGroupReading[]
  readonly unreadable: readonly (UnreadableLine & { readonly number: string })[]
}

/** The ring groups among FreePBX's steps, in their order. */
export function readRingGroups(steps: readonly DialplanStep[]): RingGroupsReading {
  const groups: RingGroupReading[] = []
  const unreadable: (UnreadableLine & { number: string })[] = []
  for (const [number, own] of stepsByNumber(steps)) {
    const read = readRingGroup(number, own)
    if (read === null) continue
    if ('reason' in read) unreadable.push(read)
    else groups.push(read)
  }
  return { groups, unreadable }
}

/**
 * A group dials its list in one or two places (with confirmation and without), the list being the third
 * parameter of both; its method is set just before, and cleared afterwards. Null for what is no group.
 */
function readRingGroup(
  number: string,
  steps: readonly DialplanStep[],
): RingGroupReading | (UnreadableLine & { number: string }) | null {
  let method = ''
  let setAt: DialplanStep | null = null
  for (const step of steps) {
    if (method === '') {
      method = methodSetBy(step)
      if (method !== '') setAt = step
    }
    const call = subroutineCall(step)
    if (call?.name !== 'dial' && call?.name !== 'dial-confirm') continue
    const text = call.parameters[2] ?? ''
    const list = text.split('-').filter((entry) => entry !== '')
    if (list.length === 0) return unreadableGroup(number, step, 'it dials nobody')
    if (/[$()[\]{}"]/.test(text))
      return unreadableGroup(number, step, `its list is no list: ${excerpt(text)}`)
    return { number, strategy: strategyOf(method), list }
  }
  return setAt === null ? null : unreadableGroup(number, setAt, 'nothing after it dials the group')
}

export const unreadableGroup = (
  number: string,
  { context, extension, priority }: DialplanStep,
  reason: string,
): UnreadableLine & { number: string } => ({
  number,
  context,
  extension,
  priority,
  of: `ring group ${number}`,
  reason,
})

const methodSetBy = (step: DialplanStep): string =>
  step.application.toLowerCase() === 'set' ? (/^_*RingGroupMethod=(.*)$/.exec(step.data)?.[1] ?? '') : ''

const strategyOf = (method: string): RingGroupStrategy =>
  ringGroupStrategies.find((strategy) => strategy === method) ?? 'ringall'

export function ringGroup(pbxId: PbxId, reading: RingGroupReading, extensions: Extensions): Group {
  const members = new Map<Extension, Member>()
  const foreign: ForeignMember[] = []
  for (const entry of reading.list) {
    const resolved = entry.includes('/')
      ? resolveInterface(entry, '', extensions)
      : resolveNumber(entry, entry, extensions)
    if (resolved.kind === 'foreign') foreign.push(resolved.member)
    else if (!members.has(resolved.extension)) {
      members.set(resolved.extension, ringGroupMember(resolved.extension, members.size))
    }
  }
  return {
    ref: { pbxId, kind: 'ring-group', number: asGroupNumber(reading.number) },
    name: null,
    strategy: reading.strategy,
    members: [...members.values()],
    foreign,
  }
}

/** A group of an earlier directory as it would have been read. */
export const readingOfRingGroup = (group: Group): RingGroupReading => ({
  number: group.ref.number,
  strategy: ringGroupStrategies.find((strategy) => strategy === group.strategy) ?? 'ringall',
  list: [...group.members.map(({ extension }) => extension), ...group.foreign.map(({ text }) => text)],
})

/** Nobody logs in to a ring group, or pauses in it. */
const ringGroupMember = (extension: Extension, position: number): Member => ({
  extension,
  position,
  membership: 'static',
  penalty: 0,
  loggedIn: true,
  paused: false,
  pausedReason: null,
  lastCallAt: null,
  inCall: false,
})
