import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { AgentStatus, Presence, PresenceAspect } from '../../domain/directory/presence.ts'
import { presenceAspects } from '../../domain/directory/presence.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import { dndDevice } from '../directory/hint.ts'
import type { QueueStanding } from '../directory/queue-standing.ts'
import { callOf, registrationOf, unsaid } from './device-states.ts'

/** Everything that a presence is made of. */
export interface PresenceSources {
  /** `PJSIP/101` → `NOT_INUSE`, `Custom:DND101` → `BUSY`. */
  readonly states: ReadonlyMap<string, string>
  /** Devices whose state says registered, and that have no contact all the same. */
  readonly withoutContact: ReadonlySet<string>
  /** Extensions with do-not-disturb in the AstDB. */
  readonly dnd: ReadonlySet<Extension>
  readonly statuses: ReadonlyMap<Extension, AgentStatus | null>
  readonly queues: ReadonlyMap<Extension, QueueStanding>
  /** Whether nothing was heard of a device since Asterisk started a moment ago. */
  isUnheard(device: string): boolean
}

/**
 * What the real devices say. The hint itself is never read: with do-not-disturb off and the phone unplugged it
 * says idle. An aspect that is as it was before keeps its time; a presence that is, is the same object.
 */
export function presenceOf(
  entry: ExtensionEntry,
  sources: PresenceSources,
  before: Presence | undefined,
  now: Millis,
): Presence {
  const { extension } = entry
  const devices = entry.devices.map((device) => ({
    device,
    state: sources.withoutContact.has(device) ? 'UNAVAILABLE' : (sources.states.get(device) ?? unsaid),
  }))
  const registration = registrationOf(devices)
  const call = callOf(devices)
  const queues = sources.queues.get(extension)
  const wrapsUp = call === 'idle' && queues?.wrapUpUntil != null && queues.wrapUpUntil > now
  const next = {
    extension,
    registration,
    call: wrapsUp ? ('wrap-up' as const) : call,
    wrapUpUntil: wrapsUp ? (queues?.wrapUpUntil ?? null) : null,
    dnd: isDndOn(extension, sources) ? ('on' as const) : ('off' as const),
    status: sources.statuses.get(extension) ?? null,
    pauses: queues?.pauses ?? [],
    provisional: registration === 'registered' && devices.some(({ device }) => sources.isUnheard(device)),
  }
  const changed = (aspect: PresenceAspect) => before === undefined || !same(before[aspect], next[aspect])
  const aspects = presenceAspects.filter(changed)
  const unchanged =
    before !== undefined &&
    aspects.length === 0 &&
    before.provisional === next.provisional &&
    before.wrapUpUntil === next.wrapUpUntil
  if (unchanged) return before
  const time = (aspect: PresenceAspect) => (changed(aspect) ? now : (before?.changedAt[aspect] ?? now))
  return {
    ...next,
    changedAt: {
      registration: time('registration'),
      call: time('call'),
      dnd: time('dnd'),
      status: time('status'),
      pauses: time('pauses'),
    },
    since: aspects.length === 0 ? (before?.since ?? now) : now,
  }
}

/**
 * The AstDB is what calls go by, the device state what lamps show. FreePBX writes UNAVAILABLE or NOT_INUSE for
 * off, and nothing at all before the first use.
 */
const isDndOn = (extension: Extension, { dnd, states }: PresenceSources): boolean =>
  dnd.has(extension) || states.get(dndDevice(extension)) === 'BUSY'

const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
