import type { Clock } from '../../app/ports/ambient.ts'
import { type Directory, sameEntries } from '../../domain/directory/directory.ts'
import { asExtension, type Extension } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import { readAgentStatuses } from '../presence/agent-status.ts'
import { readDeviceStates } from '../presence/device-states.ts'
import type { Asked } from './asking.ts'
import { inTurns, listOrNone, listOrNull, variable } from './asking.ts'
import type { DialplanReading } from './dialplan.ts'
import { readDialplan } from './dialplan.ts'
import type { UnreadableLine } from './dialplan-place.ts'
import { didContext, includedDidContexts, readDids } from './dids.ts'
import { createExtensionNames } from './extension-names.ts'
import { extensionContext, namedExtensions, readHint } from './extensions.ts'
import { createMissingContacts } from './missing-contacts.ts'
import type { PbxReading } from './pbx-reading.ts'
import { readPlainRingGroups } from './plain-ring-groups.ts'
import { createQueueSettings } from './queue-settings.ts'
import { readAllowedAgents, readQueues } from './queues.ts'
import type { RingGroupReading, RingGroupsReading } from './ring-groups.ts'
import { readingOfRingGroup, readRingGroups, ringGroupContext } from './ring-groups.ts'
import type { ScheduleFacts } from './schedules.ts'
import { isScheduleDevice, readFamily } from './schedules.ts'
import {
  callFlowContext,
  readCallFlows,
  readTimeConditions,
  timeConditionContext,
} from './time-conditions.ts'
import { createUnlistedStates } from './unlisted-states.ts'

/** Contexts of the dialplan that Parley reads besides those that FreePBX writes. */
export interface DialplanContexts {
  readonly hints: readonly string[]
  readonly ringGroups: readonly string[]
  readonly dids: readonly string[]
}

interface PbxReaderOptions {
  readonly clock: Clock
  readonly contexts: DialplanContexts
  /** Whose ring groups stand in for those that can't be read. */
  readonly lastDirectory: Directory | null
}

/**
 * Reads the PBX, again and again. Lists are cheap and read whole each time. What Asterisk tells one at a time
 * (names, the order and wrap-up of queues, contacts) a thorough reading asks for all of; a check asks for what is
 * new and for so many of the rest.
 */
interface PbxReader {
  /** Rejects with a PbxError when any part can't be had, for half a directory is none. */
  read(ami: Asked, thorough: boolean): Promise<PbxReading>
  /** Only what opens and closes, from facts read before. */
  readSchedules(ami: Asked, facts: ScheduleFacts): Promise<Omit<ScheduleFacts, 'deviceStates'>>
  /** The lines of groups and schedules that say nothing Parley understands. */
  unreadableLines(ami: Asked): Promise<readonly UnreadableLine[]>
}

/**
 * Single questions of each kind in a check. Up to so many extensions a check reads all anew; at 10,000 it takes 25
 * checks to come round to a name that was changed in the AstDB without the reload that Apply Config sends.
 */
export const singlesPerCheck = 400

export function createPbxReader({ clock, contexts, lastDirectory }: PbxReaderOptions): PbxReader {
  const names = createExtensionNames()
  const settings = createQueueSettings()
  const contacts = createMissingContacts()
  const unlisted = createUnlistedStates()
  const hintContexts = [extensionContext, ...contexts.hints]
  let before: Pick<PbxReading, 'extensions'> | null = null
  let lastGroups = new Map<string, RingGroupReading>(
    [...(lastDirectory?.groups.values() ?? [])]
      .filter(({ ref }) => ref.kind === 'ring-group')
      .map((group) => [group.ref.number, readingOfRingGroup(group)]),
  )

  const dialplan = async (ami: Asked, context: string): Promise<DialplanReading> =>
    readDialplan(await listOrNone(ami, { action: 'ShowDialPlan', context }))

  async function readAllDids(ami: Asked): Promise<string[]> {
    const routes = await dialplan(ami, didContext)
    const others = [...includedDidContexts(routes), ...contexts.dids]
    return readDids([routes, ...(await Promise.all(others.map((context) => dialplan(ami, context))))])
  }

  async function readAllRingGroups(ami: Asked): Promise<RingGroupsReading> {
    const [freepbx, ...plain] = await Promise.all([
      dialplan(ami, ringGroupContext).then(({ steps }) => readRingGroups(steps)),
      ...contexts.ringGroups
        .filter((context) => context !== ringGroupContext)
        .map(async (context) => {
          const answer = await listOrNull(ami, { action: 'ShowDialPlan', context })
          return answer === null ? missingContext(context) : readPlainRingGroups(readDialplan(answer).steps)
        }),
    ])
    const all = [freepbx, ...plain]
    return {
      groups: all.flatMap(({ groups }) => groups),
      unreadable: all.flatMap(({ unreadable }) => unreadable),
    }
  }

  /** The good ones, and the last good reading of each that can't be read now; of one number the first. */
  function keptGroups(reading: RingGroupsReading, extensions: PbxReading['extensions']): RingGroupReading[] {
    const kept = new Map<string, RingGroupReading>()
    const stale = reading.unreadable.flatMap(({ number }) => lastGroups.get(number) ?? [])
    for (const group of [...reading.groups, ...stale]) {
      // An extension that a hand-written context dials is no group of its own.
      if (!kept.has(group.number) && !extensions.has(asExtension(group.number))) kept.set(group.number, group)
    }
    lastGroups = kept
    return [...kept.values()]
  }

  async function readSchedules(
    ami: Asked,
    { conditions, flows }: Pick<ScheduleFacts, 'conditions' | 'flows'>,
  ): Promise<Omit<ScheduleFacts, 'deviceStates'>> {
    const holds = new Map<string, boolean>()
    const times = [...new Set(conditions.flatMap((condition) => condition.times ?? []))]
    const [overrides, modes] = await Promise.all([
      listOrNone(ami, { action: 'DBGetTree', family: 'TC' }),
      listOrNone(ami, { action: 'DBGetTree', family: 'DAYNIGHT' }),
      inTurns(times, async (spec) => {
        const answer = await variable(ami, { kind: 'time-holds', spec })
        if (answer === 'TRUE' || answer === 'FALSE') holds.set(spec, answer === 'TRUE')
      }),
    ])
    return { conditions, flows, overrides: readFamily(overrides), modes: readFamily(modes), holds }
  }

  return {
    readSchedules,
    async unreadableLines(ami) {
      const [groups, times] = await Promise.all([readAllRingGroups(ami), dialplan(ami, timeConditionContext)])
      return [...groups.unreadable, ...readTimeConditions(times.steps).unreadable]
    },
    async read(ami, thorough) {
      const room = thorough ? Number.POSITIVE_INFINITY : singlesPerCheck
      const [hintList, devices, queueStatus, allowed, dnd, statuses, ringGroups, dids, times, flows, pong] =
        await Promise.all([
          ami.list({ action: 'ExtensionStateList' }),
          ami.list({ action: 'DeviceStateList' }),
          listOrNone(ami, { action: 'QueueStatus' }),
          listOrNone(ami, { action: 'DBGetTree', family: 'QPENALTY' }),
          listOrNone(ami, { action: 'DBGetTree', family: 'DND' }),
          listOrNone(ami, { action: 'PresenceStateList' }),
          readAllRingGroups(ami),
          readAllDids(ami),
          dialplan(ami, timeConditionContext),
          dialplan(ami, callFlowContext),
          ami.request({ action: 'Ping' }),
        ])
      const clockAheadMs = clockAhead(pong, clock())
      const hints = hintList.flatMap((message) => readHint(message, hintContexts) ?? [])
      const listedStates = readDeviceStates(devices)
      const timeConditions = readTimeConditions(times.steps)
      const known = { conditions: timeConditions.conditions, flows: readCallFlows(flows.steps) }
      const [extensionNames, queues, schedules, deviceStates] = await Promise.all([
        names.read(ami, hints, room),
        settings.complete(ami, readQueues(queueStatus, readAllowedAgents(allowed)), room),
        readSchedules(ami, known),
        unlisted.complete(
          ami,
          hints.flatMap((hint) => hint.devices),
          listedStates,
          room,
        ),
      ])
      const named = namedExtensions(hints, extensionNames, queues)
      const extensions = before !== null && sameEntries(before.extensions, named) ? before.extensions : named
      before = { extensions }
      return {
        extensions,
        hintMarks: new Map(hints.map((hint) => [hint.extension, hint.mark])),
        queues,
        ringGroups: keptGroups(ringGroups, extensions),
        dids,
        schedules: { ...schedules, deviceStates: ofSchedules(deviceStates) },
        deviceStates,
        withoutContact: await contacts.find(ami, extensions, deviceStates, room),
        dnd: readDnd(dnd),
        statuses: readAgentStatuses(statuses),
        clockAheadMs,
        unreadable: [...ringGroups.unreadable, ...timeConditions.unreadable],
      }
    },
  }
}

const missingContext = (context: string): RingGroupsReading => {
  const line: UnreadableLine & { number: string } = {
    number: '',
    context,
    extension: '',
    priority: 0,
    of: 'the context of ring groups',
    reason: 'the dialplan has no such context',
  }
  return { groups: [], unreadable: [line] }
}

const ofSchedules = (states: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...states].filter(([device]) => isScheduleDevice(device)))

/** `/DND/101` → YES; the family holds nobody for whom it is off. */
function readDnd(answer: readonly AmiMessage[]): Set<Extension> {
  const on = new Set<Extension>()
  for (const [extension, value] of readFamily(answer)) if (value === 'YES') on.add(asExtension(extension))
  return on
}

/** Ping answers with Asterisk's time, `1795344817.772431`; whole seconds, since the way there takes its time. */
function clockAhead(pong: AmiMessage, now: number): number {
  const seconds = Number(field(pong, 'timestamp'))
  return Number.isFinite(seconds) && seconds > 0 ? Math.round((seconds * 1000 - now) / 1000) * 1000 : 0
}
