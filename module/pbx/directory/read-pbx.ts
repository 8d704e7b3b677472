import type { ExtensionEntry } from '../../domain/directory.ts'
import type { Extension } from '../../domain/ids.ts'
import type { AmiConnection } from '../ami-connection.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import type { AmiListAction } from '../ami-request.ts'
import { PbxError } from '../pbx-error.ts'
import { readDeviceStates } from '../presence/device-states.ts'
import { readDialplan } from './dialplan.ts'
import { didContexts, readDids } from './dids.ts'
import type { HintReading } from './extensions.ts'
import { readHint, readName } from './extensions.ts'
import { resolveInterface } from './interface.ts'
import type { PbxReading } from './pbx-reading.ts'
import type { QueueReading } from './queues.ts'
import { interfaceOfMemberLine, readAllowedAgents, readQueues } from './queues.ts'
import { readRingGroups, ringGroupContext } from './ring-groups.ts'

type Asked = Pick<AmiConnection, 'request' | 'list'>

/** How many single requests may wait for an answer at once: Asterisk answers them in order anyway. */
const pipelined = 64

/** Reads the whole PBX; rejects with a PbxError when any part can't be had, for half a directory is none. */
export async function readPbx(ami: Asked): Promise<PbxReading> {
  const [hintList, devices, queueStatus, allowed, ringGroups, ...dids] = await Promise.all([
    ami.list({ action: 'ExtensionStateList' }),
    ami.list({ action: 'DeviceStateList' }),
    ami.list({ action: 'QueueStatus' }),
    listOrNone(ami, { action: 'DBGetTree', family: 'QPENALTY' }),
    listOrNone(ami, { action: 'ShowDialPlan', context: ringGroupContext }),
    ...didContexts.map((context) => listOrNone(ami, { action: 'ShowDialPlan', context })),
  ])
  const hints = hintList.flatMap((message) => readHint(message) ?? [])
  const bare = readQueues(queueStatus, readAllowedAgents(allowed))
  const [names, queues] = await Promise.all([readNames(ami, hints), readOrders(ami, bare)])
  return {
    extensions: extensionsOf(hints, names, queues),
    hintMarks: new Map(hints.map((hint) => [hint.extension, hint.mark])),
    queues,
    ringGroups: readRingGroups(readDialplan(ringGroups).steps),
    dids: readDids(dids.map(readDialplan)),
    deviceStates: readDeviceStates(devices),
  }
}

/** A list that Asterisk refuses because there is no such context or family is empty. */
async function listOrNone(ami: Asked, action: AmiListAction): Promise<readonly AmiMessage[]> {
  try {
    return await ami.list(action)
  } catch (error) {
    if (error instanceof PbxError && error.code === 'refused') return []
    throw error
  }
}

async function readNames(ami: Asked, hints: readonly HintReading[]): Promise<Map<Extension, string>> {
  const names = new Map<Extension, string>()
  await inTurns(hints, async ({ extension }) => {
    const name = readName(
      await listOrNone(ami, { action: 'DBGet', family: `AMPUSER/${extension}`, key: 'cidname' }),
    )
    if (name !== null) names.set(extension, name)
  })
  return names
}

/** Asterisk lists a queue's members in no order of its own; a linear queue needs that of queues.conf. */
async function readOrders(ami: Asked, queues: Map<string, QueueReading>): Promise<Map<string, QueueReading>> {
  const ordered = new Map(queues)
  await inTurns([...queues.values()], async (queue) => {
    const statics = [...queue.lines.values()].filter((line) => line.isStatic).length
    if (statics < 2 || !/^\d+$/.test(queue.number)) return
    const answers = await Promise.all(
      Array.from({ length: statics }, (_, index) =>
        ami.request({
          action: 'Getvar',
          variable: { kind: 'queue-member-line', queue: queue.number, index },
        }),
      ),
    )
    const configured = answers.map((answer) => interfaceOfMemberLine(field(answer, 'value') ?? ''))
    ordered.set(queue.number, { ...queue, configured })
  })
  return ordered
}

/** FreePBX's own name, else the one a queue has for it, else the number. */
function extensionsOf(
  hints: readonly HintReading[],
  names: ReadonlyMap<Extension, string>,
  queues: ReadonlyMap<string, QueueReading>,
): Map<Extension, ExtensionEntry> {
  const bare = new Map<Extension, ExtensionEntry>(
    hints.map(({ extension, devices }) => [
      extension,
      { extension, name: names.get(extension) ?? extension, devices },
    ]),
  )
  for (const queue of queues.values()) {
    for (const line of queue.lines.values()) {
      const resolved = resolveInterface(line.interface, line.stateInterface, bare)
      if (resolved.kind === 'foreign' || line.name === null || names.has(resolved.extension)) continue
      const entry = bare.get(resolved.extension)
      if (entry !== undefined) bare.set(resolved.extension, { ...entry, name: line.name })
    }
  }
  return bare
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(pipelined, items.length) }, worker))
}
