import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { Extension } from '../../domain/ids.ts'
import type { Asked } from './asking.ts'
import { inTurns, variable } from './asking.ts'
import { endpointOf } from './hint.ts'
import { createRotation } from './rotation.ts'

/** Phones that Asterisk's device state still calls registered, and that no contact leads to any more. */
interface MissingContacts {
  /** Asks for those found missing before, and for as many others as there is room for. */
  find(
    ami: Asked,
    extensions: ReadonlyMap<Extension, ExtensionEntry>,
    states: ReadonlyMap<string, string>,
    room: number,
  ): Promise<ReadonlySet<string>>
}

/** The states in which a phone is said to be there. */
const there = new Set(['NOT_INUSE', 'BUSY', 'RINGING', 'ONHOLD'])

export function createMissingContacts(): MissingContacts {
  const rotation = createRotation<string>()
  let missing = new Set<string>()
  return {
    async find(ami, extensions, states, room) {
      const devices = [...extensions.values()]
        .flatMap((entry) => entry.devices)
        .filter((device) => endpointOf(device) !== null && there.has(states.get(device) ?? ''))
      const before = missing
      const found = new Set(devices.filter((device) => before.has(device)))
      await inTurns(
        rotation.take(devices, room, (device) => before.has(device)),
        async (device) => {
          const contacts = await variable(ami, {
            kind: 'endpoint-contacts',
            endpoint: endpointOf(device) ?? '',
          })
          if (contacts === '') found.add(device)
          else found.delete(device)
        },
      )
      missing = found
      return found
    },
  }
}
