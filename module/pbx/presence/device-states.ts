import type { ExtensionEntry } from '../../domain/directory.ts'
import type { Millis } from '../../domain/ids.ts'
import type { CallState, Dnd, Presence, Registration } from '../../domain/presence.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import { dndDevice } from '../directory/hint.ts'

/** A `DeviceStateList` answer, or one DeviceStateChange: `PJSIP/101` → `NOT_INUSE`. */
export function readDeviceStates(answer: readonly AmiMessage[]): Map<string, string> {
  const states = new Map<string, string>()
  for (const message of answer) {
    const device = field(message, 'device')
    const state = field(message, 'state')
    if (device !== undefined && state !== undefined) states.set(device, state.toUpperCase())
  }
  return states
}

type States = ReadonlyMap<string, string>

/**
 * What the real devices say. The hint itself is never read: with do-not-disturb off and the phone unplugged it
 * says idle.
 */
export function presenceOf(entry: ExtensionEntry, states: States, since: Millis): Presence {
  const devices = entry.devices.map((device) => states.get(device) ?? 'UNKNOWN')
  return {
    extension: entry.extension,
    registration: registrationOf(devices),
    call: callOf(devices),
    dnd: dndOf(states.get(dndDevice(entry.extension))),
    since,
  }
}

/** One registered device is enough. An extension without any has nothing that could register. */
function registrationOf(devices: readonly string[]): Registration {
  const each = devices.map((state): Registration => {
    if (state === 'UNKNOWN') return 'unknown'
    return state === 'UNAVAILABLE' || state === 'INVALID' ? 'unregistered' : 'registered'
  })
  if (each.includes('registered')) return 'registered'
  return each.includes('unknown') ? 'unknown' : 'unregistered'
}

const callStates: Readonly<Record<string, CallState>> = {
  NOT_INUSE: 'idle',
  UNAVAILABLE: 'idle',
  INVALID: 'idle',
  RINGING: 'ringing',
  INUSE: 'on-call',
  BUSY: 'on-call',
  RINGINUSE: 'on-call',
  ONHOLD: 'on-hold',
}

/** The busiest device speaks for the agent. */
const busiestFirst: readonly CallState[] = ['on-call', 'on-hold', 'ringing', 'idle']

function callOf(devices: readonly string[]): CallState {
  const each = devices.map((state) => callStates[state] ?? 'unknown')
  if (each.length === 0) return 'idle'
  return busiestFirst.find((state) => each.includes(state)) ?? 'unknown'
}

/** FreePBX writes UNAVAILABLE or NOT_INUSE for off, and nothing at all before the first use. */
const dndOf = (state: string | undefined): Dnd => (state === 'BUSY' ? 'on' : 'off')

export const samePresence = (a: Presence, b: Presence): boolean =>
  a.registration === b.registration && a.call === b.call && a.dnd === b.dnd
