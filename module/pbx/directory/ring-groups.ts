import type { ForeignMember, Group, Member, RingGroupStrategy } from '../../domain/group.ts'
import { ringGroupStrategies } from '../../domain/group.ts'
import type { Extension, PbxId } from '../../domain/ids.ts'
import { asGroupNumber } from '../../domain/ids.ts'
import type { DialplanStep } from './dialplan.ts'
import { subroutineCall } from './dialplan.ts'
import type { Extensions } from './interface.ts'
import { resolveNumber } from './interface.ts'

/** Where FreePBX writes its ring groups. */
export const ringGroupContext = 'ext-group'

/** One ring group, before its members are known as extensions. */
export interface RingGroupReading {
  readonly number: string
  readonly strategy: RingGroupStrategy
  /** As listed: `['101', '102#', '06501112233#']`. */
  readonly list: readonly string[]
}

/** The ring groups of the context's steps, in their order. */
export function readRingGroups(steps: readonly DialplanStep[]): RingGroupReading[] {
  const byNumber = new Map<string, DialplanStep[]>()
  for (const step of steps) {
    if (!/^\d+$/.test(step.extension)) continue
    const own = byNumber.get(step.extension) ?? []
    own.push(step)
    byNumber.set(step.extension, own)
  }
  return [...byNumber].flatMap(([number, own]) => {
    const group = readRingGroup(number, own)
    return group === null ? [] : [group]
  })
}

/**
 * A group dials its list in one or two places (with confirmation and without), the list being the third
 * parameter of both; its method is set just before, and cleared afterwards.
 */
function readRingGroup(number: string, steps: readonly DialplanStep[]): RingGroupReading | null {
  let method = ''
  for (const step of steps) {
    method ||= methodSetBy(step)
    const call = subroutineCall(step)
    if (call?.name !== 'dial' && call?.name !== 'dial-confirm') continue
    const list = (call.parameters[2] ?? '').split('-').filter((entry) => entry !== '')
    return { number, strategy: strategyOf(method), list }
  }
  return null
}

const methodSetBy = (step: DialplanStep): string =>
  step.application.toLowerCase() === 'set' ? (/^_*RingGroupMethod=(.*)$/.exec(step.data)?.[1] ?? '') : ''

const strategyOf = (method: string): RingGroupStrategy =>
  ringGroupStrategies.find((strategy) => strategy === method) ?? 'ringall'

export function ringGroup(pbxId: PbxId, reading: RingGroupReading, extensions: Extensions): Group {
  const members = new Map<Extension, Member>()
  const foreign: ForeignMember[] = []
  for (const entry of reading.list) {
    const resolved = resolveNumber(entry, entry, extensions)
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
