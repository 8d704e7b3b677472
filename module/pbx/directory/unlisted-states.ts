import { isDeviceName } from '../ami-request.ts'
import type { Asked } from './asking.ts'
import { inTurns, variable } from './asking.ts'
import { createRotation } from './rotation.ts'

/**
 * States of devices that Asterisk's list leaves out: it holds those that changed since Asterisk started. chan_pjsip
 * sees to it that all its phones are in it; chan_iax2 and chan_sip do not (measured: a phone that never registered).
 */
interface UnlistedStates {
  /** The list, with what had to be asked for one at a time; of those known as many as there is room for. */
  complete(
    ami: Asked,
    devices: readonly string[],
    listed: ReadonlyMap<string, string>,
    room: number,
  ): Promise<ReadonlyMap<string, string>>
}

export function createUnlistedStates(): UnlistedStates {
  const rotation = createRotation<string>()
  let known = new Map<string, string>()
  return {
    async complete(ami, devices, listed, room) {
      const unlisted = [...new Set(devices)].filter((device) => !listed.has(device) && isDeviceName(device))
      if (unlisted.length === 0) {
        known = new Map()
        return listed
      }
      const before = known
      const states = new Map(unlisted.flatMap((device) => entryOf(before, device)))
      const turn = rotation.take(unlisted, room, (device) => !before.has(device))
      await inTurns(turn, async (device) => {
        const state = await variable(ami, { kind: 'device-state', device })
        if (state !== null && state !== '') states.set(device, state.toUpperCase())
      })
      known = states
      return new Map([...listed, ...states])
    },
  }
}

function entryOf(states: ReadonlyMap<string, string>, device: string): [string, string][] {
  const state = states.get(device)
  return state === undefined ? [] : [[device, state]]
}
