import type { ForeignMember, Group, Member } from '../../domain/directory/group.ts'
import type { Extension, Millis, PbxId } from '../../domain/ids.ts'
import { asExtension, asGroupNumber } from '../../domain/ids.ts'
import type { Extensions } from './interface.ts'
import { resolveInterface } from './interface.ts'
import type { QueueSeat } from './queue-standing.ts'
import type { QueueLine, QueueReading } from './queues.ts'

/**
 * A queue as a group: the static members in the order of queues.conf, then those logged in, the longest first,
 * then those merely allowed. An extension is a member once, by its first line.
 */
export function queueGroup(pbxId: PbxId, queue: QueueReading, extensions: Extensions): Group {
  const members = new Map<Extension, Member>()
  const foreign: ForeignMember[] = []
  for (const line of inOrder(queue)) {
    const resolved = resolveInterface(line.interface, line.stateInterface, extensions)
    if (resolved.kind === 'foreign') foreign.push(resolved.member)
    else if (!members.has(resolved.extension)) {
      members.set(resolved.extension, loggedIn(resolved.extension, members.size, line))
    }
  }
  for (const [agent, penalty] of [...queue.allowed].sort(([a], [b]) => byNumber(a, b))) {
    const extension = asExtension(agent)
    if (!members.has(extension) && extensions.has(extension)) {
      members.set(extension, allowedOnly(extension, members.size, penalty))
    }
  }
  return {
    ref: { pbxId, kind: 'queue', number: asGroupNumber(queue.number) },
    name: null,
    strategy: queue.strategy,
    members: [...members.values()],
    foreign,
  }
}

/** How the queue sees each extension in it: one that stands in several lines is paused only in all of them. */
export function queueSeats(queue: QueueReading, extensions: Extensions): QueueSeat[] {
  const seats = new Map<Extension, QueueSeat>()
  for (const line of inOrder(queue)) {
    const resolved = resolveInterface(line.interface, line.stateInterface, extensions)
    if (resolved.kind === 'foreign') continue
    const { extension } = resolved
    const before = seats.get(extension)
    seats.set(extension, {
      extension,
      queue: asGroupNumber(queue.number),
      paused: line.paused && (before?.paused ?? true),
      pausedReason: before?.pausedReason ?? line.pausedReason,
      wrapUpUntil: Math.max(before?.wrapUpUntil ?? 0, wrapUpEnd(queue, line) ?? 0) || null,
    })
  }
  return [...seats.values()]
}

/** By the PBX's clock; null where there is no wrap-up, or no call before it. */
function wrapUpEnd(queue: QueueReading, line: QueueLine): Millis | null {
  const wrapUpMs = line.wrapUpMs > 0 ? line.wrapUpMs : queue.wrapUpMs
  return wrapUpMs > 0 && line.lastCallAt !== null ? line.lastCallAt + wrapUpMs : null
}

function inOrder(queue: QueueReading): QueueLine[] {
  const rank = (line: QueueLine) => {
    const place = queue.configured.indexOf(line.interface)
    return place === -1 ? queue.configured.length : place
  }
  return [...queue.lines.values()].sort(
    (a, b) =>
      Number(b.isStatic) - Number(a.isStatic) ||
      rank(a) - rank(b) ||
      (a.isStatic ? 0 : a.loggedInAt - b.loggedInAt) ||
      byNumber(a.interface, b.interface),
  )
}

/** `Local/99@…` before `Local/101@…`. */
const byNumber = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

const loggedIn = (extension: Extension, position: number, line: QueueLine): Member => ({
  extension,
  position,
  membership: line.isStatic ? 'static' : 'dynamic',
  penalty: line.penalty,
  loggedIn: true,
  paused: line.paused,
  pausedReason: line.pausedReason,
  lastCallAt: line.lastCallAt,
  inCall: line.inCall,
})

const allowedOnly = (extension: Extension, position: number, penalty: number): Member => ({
  extension,
  position,
  membership: 'allowed',
  penalty,
  loggedIn: false,
  paused: false,
  pausedReason: null,
  lastCallAt: null,
  inCall: false,
})
