import type { CallState, Registration } from '../../domain/directory/presence.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'

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

/** Stands for the state of a device of which Asterisk said nothing at all. */
export const unsaid = 'UNSAID'

/** A device with what Asterisk says of it. */
interface DeviceState {
  readonly device: string
  readonly state: string
}

/**
 * chan_iax2 (measured on Asterisk 22) has no state of its own for a registered phone that is idle: it answers UNKNOWN, and UNAVAILABLE for
 * one that is not registered. Everywhere else UNKNOWN means that nobody knows.
 */
const settled = ({ device, state }: DeviceState): string =>
  state === 'UNKNOWN' && device.startsWith('IAX2/') ? 'NOT_INUSE' : state

/** One registered device is enough. An extension without any has nothing that could register. */
export function registrationOf(devices: readonly DeviceState[]): Registration {
  const each = devices.map((device) => registrations[settled(device)] ?? 'registered')
  if (each.includes('registered')) return 'registered'
  return each.includes('unknown') ? 'unknown' : 'unregistered'
}

const registrations: Readonly<Record<string, Registration>> = {
  UNKNOWN: 'unknown',
  [unsaid]: 'unknown',
  UNAVAILABLE: 'unregistered',
  INVALID: 'unregistered',
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

export function callOf(devices: readonly DeviceState[]): CallState {
  const each = devices.map((device) => callStates[settled(device)] ?? 'unknown')
  if (each.length === 0) return 'idle'
  return busiestFirst.find((state) => each.includes(state)) ?? 'unknown'
}
