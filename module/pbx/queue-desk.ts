import type { QueueAct, QueueActOutcome } from '../app/ports/pbx.ts'
import type { ExtensionEntry } from '../domain/directory/directory.ts'
import type { Member } from '../domain/directory/group.ts'
import type { AmiConnection } from './ami-connection.ts'
import { permissionSentence } from './ami-permissions.ts'
import type { AmiAction } from './ami-request.ts'
import { type Extensions, resolveInterface } from './directory/interface.ts'
import { type QueueLine, readQueues } from './directory/queues.ts'
import { PbxError } from './pbx-error.ts'

export interface QueueDeskScene {
  readonly ami: AmiConnection | null
  readonly amiUsername: string
  readonly extensions: Extensions
}

/** A member's place in a queue, and whose it is. */
export interface QueuePlace {
  readonly queue: string
  readonly entry: ExtensionEntry
  readonly member: Pick<Member, 'penalty'>
}

/**
 * Pauses, unpauses, logs in and out as the agent himself would by `*46` and `*45`: all his lines in the queue, as
 * Asterisk has them at this moment, since each knows its member by the interface alone.
 */
export async function actInQueue(
  place: QueuePlace,
  act: QueueAct,
  { ami, amiUsername, extensions }: QueueDeskScene,
): Promise<QueueActOutcome> {
  if (ami === null) return { kind: 'link-down' }
  if (!ami.may('QueuePause')) {
    return {
      kind: 'refused',
      reason: permissionSentence(amiUsername, { kind: 'write', missing: ['agent'] }),
    }
  }
  try {
    const lines = await linesOf(ami, place, extensions)
    const actions = actionsFor(place, act, lines)
    if (typeof actions === 'string') return { kind: 'refused', reason: actions }
    for (const action of actions) await ami.request(action)
    return { kind: 'done' }
  } catch (error) {
    return failed(error)
  }
}

async function linesOf(
  ami: AmiConnection,
  { queue, entry }: QueuePlace,
  extensions: Extensions,
): Promise<QueueLine[]> {
  const answer = await ami.list({ action: 'QueueStatus', queue })
  const lines = readQueues(answer, new Map()).get(queue)?.lines ?? new Map<string, QueueLine>()
  return [...lines.values()].filter((line) => {
    const resolved = resolveInterface(line.interface, line.stateInterface, extensions)
    return resolved.kind === 'extension' && resolved.extension === entry.extension
  })
}

/** What to ask Asterisk for, or why it can't be done. */
function actionsFor(
  place: QueuePlace,
  act: QueueAct,
  lines: readonly QueueLine[],
): readonly AmiAction[] | string {
  const { queue } = place
  switch (act.kind) {
    case 'pause':
    case 'unpause':
      if (lines.length === 0) return notLoggedIn
      return lines.map((line) => ({
        action: 'QueuePause',
        queue,
        interface: line.interface,
        paused: act.kind === 'pause',
        reason: act.kind === 'pause' ? (act.reason ?? '') : '',
      }))
    case 'log-in':
      return lines.length > 0 ? [] : [logIn(place)]
    case 'log-out':
      if (lines.some(({ isStatic }) => isStatic)) return alwaysLoggedIn
      return lines.map((line) => ({ action: 'QueueRemove', queue, interface: line.interface }))
    default:
      return act satisfies never
  }
}

/** As FreePBX's `*45` adds a dynamic agent. */
const logIn = ({ queue, entry: { extension, name }, member }: QueuePlace): AmiAction => ({
  action: 'QueueAdd',
  queue,
  interface: `Local/${extension}@from-queue/n`,
  penalty: member.penalty,
  memberName: name,
  stateInterface: `hint:${extension}@ext-local`,
})

const notLoggedIn = 'You are not logged in to this queue.'
const alwaysLoggedIn = 'A static member of a queue can’t log out. Pause instead.'

function failed(error: unknown): QueueActOutcome {
  if (!(error instanceof PbxError)) throw error
  if (error.code === 'link-down') return { kind: 'link-down' }
  const isUnsure = error.code === 'deadline' || error.code === 'lost' || error.code === 'fault'
  return { kind: isUnsure ? 'unknown' : 'refused', reason: error.message }
}
